import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { Environment } from "../config/inputs.ts";
import { upstreamUrlField } from "../config/network-section.ts";
import type { Config } from "../config/schema.ts";
import type { Sign } from "../upstream/cloud.ts";
import { type AzureService, bearer } from "../upstream/providers/provider.ts";
import { openTokens } from "../upstream/signing/entra/index.ts";
import { askUrlBy } from "./ask-url.ts";
import type { CloudAccess, Surroundings } from "./clouds.ts";
import { readText } from "./read-text.ts";

type Entry = Config["providers"][string];
type AzureSettings = NonNullable<Entry["azure"]>;

const AUTHORITY = "https://login.microsoftonline.com";

/** A service of Azure, and what it is asked with: a key, or a token of Entra. */
export async function openAzure(
  service: AzureService,
  { url, key, azure = { deployments: {} } }: Entry,
  surroundings: Surroundings,
): Promise<Result<CloudAccess, string>> {
  const { env } = surroundings;
  const { apiVersion, deployments } = azure;
  const { versioned, keyVariable } = service;
  if (apiVersion !== undefined && versioned === undefined) {
    return fail(".azure.apiVersion: this provider's API has no versions");
  }
  const baseUrl = url === undefined ? placeOf(service, azure, env) : ok(url);
  if (!baseUrl.ok) return baseUrl;
  const place = {
    baseUrl: baseUrl.value,
    modelOf: (deployment: string) => deployments[deployment] ?? deployment,
    dialectFor:
      apiVersion === undefined || versioned === undefined
        ? undefined
        : (model: string) => versioned.dialectFor(apiVersion, model),
  };
  const own = env[keyVariable];
  const token = key ?? (own ? new Secret(own) : undefined);
  if (token !== undefined) return ok({ ...place, key: token, sign: undefined });
  const sign = signWithTokens(service, azure, surroundings);
  return sign.ok ? ok({ ...place, key: undefined, sign: sign.value }) : sign;
}

function placeOf(
  { endpoint, path, placeVariable, versioned }: AzureService,
  { resource, apiVersion }: AzureSettings,
  env: Environment,
): Result<string, string> {
  const { name, holds } = placeVariable;
  const told = env[name];
  const address = resource ?? (holds === "resource" ? told : undefined);
  const host = address ? endpoint(address) : told;
  if (!host) return fail(`.azure.resource is needed, or .url: ${name} does not name it either`);
  const behind = apiVersion === undefined ? path : (versioned?.path ?? path);
  const read = upstreamUrlField.safeParse(host);
  return read.success ? ok(`${read.data}${behind}`) : fail(`: ${name} does not name an https URL`);
}

function signWithTokens(
  service: AzureService,
  azure: AzureSettings,
  { env, clock, openWay }: Surroundings,
): Result<Sign, string> {
  const told = azure.authority ?? (env["AZURE_AUTHORITY_HOST"] || AUTHORITY);
  const authority = upstreamUrlField.safeParse(told);
  if (!authority.success) return fail(": AZURE_AUTHORITY_HOST does not name an https URL");
  const tokens = openTokens({
    env,
    readFile: readText,
    scope: azure.scope ?? service.scope,
    authority: authority.data,
    tenant: azure.tenant ?? env["AZURE_TENANT_ID"],
    client: azure.client ?? env["AZURE_CLIENT_ID"],
    now: clock.now,
    askUrl: askUrlBy(openWay),
  });
  return ok(async (_request, stored) => {
    if (stored !== undefined) return ok({ fields: [] });
    const found = await tokens.get();
    if (!found.ok) return found;
    return ok({ fields: bearer(found.value), forget: () => tokens.forget(found.value) });
  });
}
