import { fail, ok } from "../../../base/result.ts";
import type { AwsCredentials } from "./credentials.ts";
import { signV4 } from "./sigv4.ts";
import { type CredentialOptions, type Found, toLent, whyNot } from "./source.ts";

/** A role to be taken on, with a token of another identity provider or with credentials of AWS's own. */
export interface RoleRequest {
  readonly action: "AssumeRole" | "AssumeRoleWithWebIdentity";
  readonly roleArn: string;
  readonly sessionName: string | undefined;
  readonly webIdentityToken?: string;
  readonly externalId?: string | undefined;
  /** Undefined: the token is all that it takes. */
  readonly signedBy?: AwsCredentials;
}

const FORM = "application/x-www-form-urlencoded";

/**
 * Has the Security Token Service lend credentials of a role.
 * @source https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html (read 2026-11-26)
 */
export async function assumeRole(asked: RoleRequest, options: CredentialOptions): Promise<Found> {
  const { env, region, askUrl, now } = options;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const endpoint = env["AWS_ENDPOINT_URL_STS"] || `https://sts.${region}.${domain}`;
  const { host, pathname } = new URL(endpoint);
  const body = new URLSearchParams({
    Action: asked.action,
    Version: "2011-06-15",
    RoleArn: asked.roleArn,
    RoleSessionName: asked.sessionName ?? "spillway",
    ...(asked.webIdentityToken !== undefined && { WebIdentityToken: asked.webIdentityToken }),
    ...(asked.externalId !== undefined && { ExternalId: asked.externalId }),
  }).toString();
  const request = { method: "POST", target: pathname, body: Buffer.from(body) } as const;
  const scope = { region, service: "sts", host };
  const signature =
    asked.signedBy === undefined ? [] : signV4(request, asked.signedBy, scope, now());
  const answer = await askUrl({
    method: "POST",
    url: endpoint,
    fields: ["content-type", FORM, ...signature],
    body,
  });
  if ("failure" in answer || answer.status !== 200) {
    const code = "failure" in answer ? undefined : textOf(answer.body.toString(), "Code");
    const why = code === undefined ? whyNot(answer) : `it says ${code}`;
    return fail(`STS does not lend the role ${asked.roleArn}: ${why}`);
  }
  const xml = answer.body.toString();
  const [id, secret, token, expiration] = [
    "AccessKeyId",
    "SecretAccessKey",
    "SessionToken",
    "Expiration",
  ].map((name) => textOf(xml, name));
  const lent = toLent(id, secret, token, expiration);
  return lent === undefined ? fail("STS answered without credentials") : ok(lent);
}

/** The text of the one element of that name: nothing that is asked for is ever nested or escaped. */
function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>\\s*([^<]+?)\\s*</${name}>`).exec(xml)?.[1];
}
