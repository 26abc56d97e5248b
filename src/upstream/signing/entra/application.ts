import { fail, ok } from "../../../base/result.ts";
import { certificateAssertion } from "./assertion.ts";
import { type EntraOptions, type Found, readToken, type Source } from "./source.ts";

const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * An application that proves itself with a secret, or with its certificate.
 * @source https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow (read 2026-11-26)
 */
export const fromApplication: Source = async (options) => {
  const { env, readFile, now } = options;
  const secret = env["AZURE_CLIENT_SECRET"];
  if (secret) return await askEntra(options, "AZURE_CLIENT_SECRET", { client_secret: secret });
  const path = env["AZURE_CLIENT_CERTIFICATE_PATH"];
  if (!path) return ok(undefined);
  const pem = await readFile(path);
  if (pem === undefined) return fail(`the certificate ${path} does not exist`);
  const { client = "" } = options;
  const assertion = certificateAssertion(pem, { client, audience: tokenUrl(options), at: now() });
  if (!assertion.ok) return fail(`${path} ${assertion.error}`);
  return await askEntra(options, "AZURE_CLIENT_CERTIFICATE_PATH", asserted(assertion.value));
};

/**
 * A token that somebody else's identity provider keeps fresh in a file, as in a cluster.
 * @source https://azure.github.io/azure-workload-identity/docs/topics/self-managed-clusters.html (read 2026-11-26)
 */
export const fromFederation: Source = async (options) => {
  const path = options.env["AZURE_FEDERATED_TOKEN_FILE"];
  if (!path) return ok(undefined);
  const token = await options.readFile(path);
  if (token === undefined) return fail(`the token file ${path} does not exist`);
  return await askEntra(options, "AZURE_FEDERATED_TOKEN_FILE", asserted(token.trim()));
};

function asserted(assertion: string) {
  return { client_assertion_type: JWT_BEARER, client_assertion: assertion };
}

function tokenUrl({ authority, tenant = "" }: EntraOptions): string {
  return `${authority}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
}

async function askEntra(
  options: EntraOptions,
  proof: string,
  fields: Readonly<Record<string, string>>,
): Promise<Found> {
  const { tenant, client, scope, askUrl, now } = options;
  if (!tenant || !client) {
    return fail(`${proof} is set, but AZURE_TENANT_ID and AZURE_CLIENT_ID say not whose it is`);
  }
  const form = { grant_type: "client_credentials", client_id: client, scope, ...fields };
  const answer = await askUrl({
    method: "POST",
    url: tokenUrl(options),
    fields: ["content-type", "application/x-www-form-urlencoded"],
    body: new URLSearchParams(form).toString(),
  });
  return readToken(answer, "Entra", now());
}
