import type { HeaderList } from "../../../base/header-list.ts";
import { ok } from "../../../base/result.ts";
import { type EntraOptions, readToken, type Source } from "./source.ts";

const METADATA = "http://169.254.169.254";
const METADATA_PATH = "/metadata/identity/oauth2/token";
/** Off Azure nobody answers at this address, and a request waits for it. */
const METADATA_TIMEOUT_MS = 1_000;

/**
 * The identity of an App Service or a Container App, which an agent beside it speaks for.
 * @source https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity (read 2026-11-26)
 */
export const fromApp: Source = async (options) => {
  const { IDENTITY_ENDPOINT: endpoint, IDENTITY_HEADER: header } = options.env;
  if (!endpoint || !header) return ok(undefined);
  const fields = ["x-identity-header", header];
  const answer = await ask(options, { endpoint, version: "2019-08-01", fields });
  return readToken(answer, "the app's identity", options.now());
};

/**
 * The identity of the machine itself.
 * @source https://learn.microsoft.com/en-us/entra/identity/managed-identities-azure-resources/how-to-use-vm-token (read 2026-11-26)
 */
export const fromMachine: Source = async (options) => {
  const host = options.env["AZURE_POD_IDENTITY_AUTHORITY_HOST"] || METADATA;
  const answer = await ask(options, {
    endpoint: `${host.replace(/\/+$/, "")}${METADATA_PATH}`,
    version: "2018-02-01",
    fields: ["metadata", "true"],
    timeoutMs: METADATA_TIMEOUT_MS,
  });
  // This is no machine of Azure's.
  if ("failure" in answer || answer.status === 404) return ok(undefined);
  return readToken(answer, "the machine's identity", options.now());
};

interface Place {
  readonly endpoint: string;
  readonly version: string;
  readonly fields: HeaderList;
  readonly timeoutMs?: number;
}

async function ask(
  { scope, client, askUrl }: EntraOptions,
  { endpoint, version, fields, timeoutMs }: Place,
) {
  const url = new URL(endpoint);
  url.searchParams.set("api-version", version);
  // These places know resources, where Entra knows scopes.
  url.searchParams.set("resource", scope.replace(/\/\.default$/, ""));
  if (client) url.searchParams.set("client_id", client);
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  return await askUrl({ method: "GET", url: url.href, fields, ...timeout });
}
