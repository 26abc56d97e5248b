import { fail, ok } from "../../../base/result.ts";
import type { CredentialOptions, Found, Source } from "./source.ts";
import { assumeRole } from "./sts.ts";

/** A token that somebody else's identity provider keeps fresh in a file, as in a cluster. */
export interface WebIdentity {
  readonly tokenFile: string | undefined;
  readonly roleArn: string | undefined;
  readonly sessionName: string | undefined;
}

/** @source https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html (read 2026-11-26) */
export const fromWebIdentity: Source = async (options) => {
  const { env } = options;
  return await takeOnWithToken(
    {
      tokenFile: env["AWS_WEB_IDENTITY_TOKEN_FILE"],
      roleArn: env["AWS_ROLE_ARN"],
      sessionName: env["AWS_ROLE_SESSION_NAME"],
    },
    options,
  );
};

export async function takeOnWithToken(
  { tokenFile, roleArn, sessionName }: WebIdentity,
  options: CredentialOptions,
): Promise<Found> {
  if (!tokenFile || !roleArn) return ok(undefined);
  const token = await options.readFile(tokenFile);
  if (token === undefined) return fail(`the token file ${tokenFile} does not exist`);
  return await assumeRole(
    {
      action: "AssumeRoleWithWebIdentity",
      roleArn,
      sessionName,
      webIdentityToken: token.trim(),
    },
    options,
  );
}
