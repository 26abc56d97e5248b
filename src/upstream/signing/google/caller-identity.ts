import { fail, ok, type Result } from "../../../base/result.ts";
import { Secret } from "../../../base/secret.ts";
import { openCredentials, signV4 } from "../aws/index.ts";
import { type CredentialFile, type CredentialOptions, textIn } from "./source.ts";

/**
 * A workload at AWS proves who it is by a request to AWS that Google sends in its place, signed for the one pool.
 * @source https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#aws (read 2026-11-26)
 */
export async function signCallerIdentity(
  source: CredentialFile,
  audience: string,
  options: CredentialOptions,
): Promise<Result<Secret, string>> {
  const { env, now } = options;
  const template = textIn(source, "regional_cred_verification_url");
  if (source["environment_id"] !== "aws1" || template === undefined) {
    return fail("its credential_source is none that is known for AWS");
  }
  const region = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"];
  if (!region) return fail("its credential_source is AWS, and AWS_REGION does not say where");
  const found = await openCredentials({ ...options, profile: undefined, region }).get();
  if (!found.ok) return fail(found.error.message);
  const url = template.replaceAll("{region}", region);
  const parsed = URL.parse(url);
  if (parsed === null) return fail("its regional_cred_verification_url is no URL");
  const { host, pathname, search } = parsed;
  const request = { method: "POST", target: `${pathname}${search}`, body: undefined };
  const signed = signV4(request, found.value, { region, service: "sts", host }, now());
  const fields = ["host", host, "x-goog-cloud-target-resource", audience, ...signed];
  const headers = fields.flatMap((key, at) =>
    at % 2 === 0 ? [{ key, value: fields[at + 1] }] : [],
  );
  return ok(new Secret(encodeURIComponent(JSON.stringify({ url, method: "POST", headers }))));
}
