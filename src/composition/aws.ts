import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import type { AwsService } from "../upstream/providers/provider.ts";
import { openCredentials } from "../upstream/signing/aws/chain.ts";
import { signV4 } from "../upstream/signing/aws/sigv4.ts";
import type { CloudAccess, Surroundings } from "./clouds.ts";

/** A service of AWS, and what signs for it: a key is a bearer, everything else a signature. */
export async function openAws(
  { signingName, bearerVariable, baseUrl: baseUrlOf }: AwsService,
  { url, key, aws = {} }: Config["providers"][string],
  { env, clock }: Surroundings,
): Promise<Result<CloudAccess, string>> {
  const region = aws.region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"]);
  if (region === undefined || region === "") {
    return fail(".aws.region is needed: AWS_REGION is not set");
  }
  const baseUrl = url ?? baseUrlOf(region);
  const bearer = aws.profile === undefined ? env[bearerVariable] : undefined;
  const token = key ?? (bearer ? new Secret(bearer) : undefined);
  if (token !== undefined) return ok({ baseUrl, key: token, sign: undefined });
  const { host } = new URL(baseUrl);
  const credentials = openCredentials({ env, now: clock.now });
  return ok({
    baseUrl,
    key: undefined,
    async sign(request, stored) {
      if (stored !== undefined) return ok([]);
      const found = await credentials.get();
      if (!found.ok) return found;
      return ok(signV4(request, found.value, { region, service: signingName, host }, clock.now()));
    },
  });
}
