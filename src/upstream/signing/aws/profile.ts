import { fail, ok } from "../../../base/result.ts";
import { readProfile } from "./shared-files.ts";
import { type CredentialOptions, type Found, type Source, toLent } from "./source.ts";
import { assumeRole } from "./sts.ts";
import { takeOnWithToken } from "./web-identity.ts";

/** What a profile says is read again after this, for files are edited and credentials in them exchanged. */
const GOOD_FOR_MS = 10 * 60_000;

export function profileName({ profile, env }: Pick<CredentialOptions, "profile" | "env">): string {
  return profile ?? (env["AWS_PROFILE"] || "default");
}

/** The profile that is named, or `default`: keys, or a role that it takes on. */
export const fromProfile: Source = async (options) => {
  const name = profileName(options);
  const isNamed = options.profile !== undefined || Boolean(options.env["AWS_PROFILE"]);
  const found = await readNamed(name, options, []);
  if (!found.ok || found.value !== undefined || !isNamed) return found;
  return fail(
    `there is no profile "${name}" with credentials in ~/.aws/credentials or ~/.aws/config`,
  );
};

async function readNamed(
  name: string,
  options: CredentialOptions,
  within: readonly string[],
): Promise<Found> {
  const profile = await readProfile(name, options);
  if (profile === undefined) return ok(undefined);
  const {
    role_arn: roleArn,
    role_session_name: sessionName,
    web_identity_token_file: tokenFile,
    source_profile: source,
    external_id: externalId,
  } = profile;
  if (roleArn !== undefined && tokenFile !== undefined) {
    return await takeOnWithToken({ tokenFile, roleArn, sessionName }, options);
  }
  // A profile may take its own keys for the role, but no circle of profiles.
  if (roleArn !== undefined && source !== undefined && !within.includes(name)) {
    const keys = await readNamed(source, options, [...within, name]);
    if (!keys.ok) return keys;
    if (keys.value === undefined)
      return fail(`the profile "${source}", which "${name}" names, has no credentials`);
    const signedBy = keys.value.value;
    return await assumeRole(
      { action: "AssumeRole", roleArn, sessionName, externalId, signedBy },
      options,
    );
  }
  const {
    aws_access_key_id: id,
    aws_secret_access_key: secret,
    aws_session_token: token,
  } = profile;
  const lent = toLent(id, secret, token, undefined);
  if (lent !== undefined) return ok({ ...lent, expiresAtMs: options.now() + GOOD_FOR_MS });
  const unknown = Object.keys(profile).find((key) => /^(?:sso_|credential_)/.test(key));
  if (unknown === undefined) return ok(undefined);
  return fail(
    `the profile "${name}" gets its credentials by ${unknown}, which is not supported here; put what "aws configure export-credentials --profile ${name} --format env" prints into the environment`,
  );
}
