import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import { type AwsService, bearer } from "../upstream/providers/provider.ts";
import {
  openCredentials,
  profileName,
  readProfile,
  signV4,
} from "../upstream/signing/aws/index.ts";
import { askUrlBy } from "./ask-url.ts";
import { type ListsAt, listModelsAt } from "./aws-lists.ts";
import type { CloudAccess, Surroundings } from "./clouds.ts";
import { readText } from "./read-text.ts";

/** A service of AWS, and what signs for it: a key is a bearer, everything else a signature. */
export async function openAws(
  { signingName, bearerVariable, baseUrl: baseUrlOf, lists }: AwsService,
  { url, key, aws = {} }: Config["providers"][string],
  { env, homeDir, clock, openWay }: Surroundings,
): Promise<Result<CloudAccess, string>> {
  const { profile } = aws;
  const files = { env, homeDir, readFile: readText };
  const region =
    aws.region ||
    env["AWS_REGION"] ||
    env["AWS_DEFAULT_REGION"] ||
    (await regionOf(profileName({ env, profile }), files));
  if (!region) {
    return fail(
      ".aws.region is needed: neither AWS_REGION nor the profile in ~/.aws/config has one",
    );
  }
  const baseUrl = url ?? baseUrlOf(region);
  const told = profile === undefined ? env[bearerVariable] : undefined;
  const token = key ?? (told ? new Secret(told) : undefined);
  const listAt = (address: string | undefined, fieldsFor: ListsAt["fieldsFor"]) =>
    lists && address !== undefined
      ? listModelsAt(lists, { url: address, fieldsFor, openWay })
      : undefined;
  if (token !== undefined) {
    // A key goes to another address than the models' own only where the operator names that.
    const listModels = listAt(aws.lists, async () => bearer(token));
    return ok({ baseUrl, key: token, sign: undefined, listModels });
  }
  const { host } = new URL(baseUrl);
  const credentials = openCredentials({
    ...files,
    profile,
    region,
    now: clock.now,
    askUrl: askUrlBy(openWay),
  });
  const signFor = async (request: Parameters<typeof signV4>[0], toHost: string) => {
    const found = await credentials.get();
    if (!found.ok) return found;
    const scope = { region, service: signingName, host: toHost };
    const fields = signV4(request, found.value, scope, clock.now());
    return ok({ fields, secret: found.value.sessionToken });
  };
  const listsUrl = aws.lists ?? (url === undefined ? lists?.baseUrl(region) : undefined);
  const listModels = listAt(listsUrl, async (target, toHost) => {
    const signed = await signFor({ method: "GET", target, body: undefined }, toHost);
    return signed.ok ? signed.value.fields : undefined;
  });
  return ok({
    baseUrl,
    key: undefined,
    listModels,
    sign: async (request, stored) =>
      stored === undefined ? await signFor(request, host) : ok({ fields: [] }),
  });
}

/** A file that cannot be read is complained of by whoever looks for credentials in it. */
async function regionOf(
  name: string,
  files: Parameters<typeof readProfile>[1],
): Promise<string | undefined> {
  try {
    return (await readProfile(name, files))?.["region"];
  } catch {
    return undefined;
  }
}
