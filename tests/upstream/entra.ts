import { constants, createPublicKey, randomBytes, verify, X509Certificate } from "node:crypto";
import { isObject, parseJson } from "../../src/base/json.ts";
import { json, type Responder } from "./answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "./anthropic.ts";
import type { RecordedRequest } from "./recorded-request.ts";

const TENANT = "11111111-2222-3333-4444-555555555555";
const CLIENT = "99999999-8888-7777-6666-555555555555";
const JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LIFE_SECONDS = 3_600;

/** What an application is known by at this Entra; each proof of it is good. */
export interface KnownApplication {
  readonly secret?: string;
  /** What a cluster's identity provider says of it. */
  readonly federatedToken?: string;
  /** PEM of its certificate. */
  readonly certificate?: string;
  /** What the agent beside an app is asked with. */
  readonly identityHeader?: string;
}

/** An Entra on loopback, with the agents that speak for it; it knows one application and which tokens it gave. */
export interface Entra extends AsyncDisposable {
  readonly url: string;
  readonly tenant: string;
  readonly client: string;
  readonly tokens: readonly string[];
  readonly requests: readonly RecordedRequest[];
  /** Lets a token end before its time. */
  revoke(token: string): void;
  /** Refuses what brings none of its tokens for this scope. */
  guard(responder: Responder, scope: string): Responder;
}

export async function startEntra(application: KnownApplication): Promise<Entra> {
  const server = await startAnthropicUpstream();
  const given = new Map<string, string>();
  const give = (scope: string): Responder => {
    const token = `eyJ0eXAi.${randomBytes(16).toString("base64url")}.sig`;
    given.set(token, scope);
    return json(200, { token_type: "Bearer", expires_in: LIFE_SECONDS, access_token: token });
  };
  const tokenPath = `/${TENANT}/oauth2/v2.0/token`;
  server.on(
    () => true,
    (request, serial) => {
      const scope = isAt(request, tokenPath)
        ? scopeOfForm(request, application, `${server.url}${tokenPath}`)
        : scopeOfAgent(request, application);
      const responder = scope === undefined ? refusal(request) : give(scope);
      return responder(request, serial);
    },
  );
  return {
    url: server.url,
    tenant: TENANT,
    client: CLIENT,
    get tokens() {
      return [...given.keys()];
    },
    get requests() {
      return server.requests;
    },
    revoke: (token) => void given.delete(token),
    guard: (responder, scope) => (request, serial) => {
      const [, token = ""] = /^Bearer (.+)$/.exec(request.header("authorization") ?? "") ?? [];
      if (given.get(token) === scope) return responder(request, serial);
      const error = { code: "401", message: `Access denied for ${CLIENT} in ${TENANT}.` };
      return json(401, { error })(request, serial);
    },
    [Symbol.asyncDispose]: async () => await closing(server),
  };
}

async function closing(server: AnthropicUpstream): Promise<void> {
  await server[Symbol.asyncDispose]();
}

function isAt({ target }: RecordedRequest, path: string): boolean {
  return target.split("?", 1)[0] === path;
}

function refusal({ method }: RecordedRequest): Responder {
  const error_description = "AADSTS7000215: Invalid client secret provided.";
  return json(method === "POST" ? 401 : 400, { error: "invalid_client", error_description });
}

/** The scope of a good request for a token; undefined: it is none. */
function scopeOfForm(
  request: RecordedRequest,
  { secret, federatedToken, certificate }: KnownApplication,
  audience: string,
): string | undefined {
  const form = new URLSearchParams(request.body.toString());
  const isGrant = form.get("grant_type") === "client_credentials";
  if (request.method !== "POST" || !isGrant || form.get("client_id") !== CLIENT) return undefined;
  const scope = form.get("scope") ?? "";
  const assertion = form.get("client_assertion");
  if (assertion === null) return secret === form.get("client_secret") ? scope : undefined;
  if (form.get("client_assertion_type") !== JWT_BEARER) return undefined;
  if (assertion === federatedToken) return scope;
  const isSigned = certificate !== undefined && isAsserted(assertion, certificate, audience);
  return isSigned ? scope : undefined;
}

function isAsserted(assertion: string, certificate: string, audience: string): boolean {
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const { alg, ...named } = readPart(header);
  const { aud, iss, sub, jti, nbf, exp } = readPart(claims);
  const { fingerprint256 } = new X509Certificate(certificate);
  const thumbprint = Buffer.from(fingerprint256.replaceAll(":", ""), "hex").toString("base64url");
  const now = Date.now() / 1_000;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return (
    alg === "PS256" &&
    named["x5t#S256"] === thumbprint &&
    aud === audience &&
    iss === CLIENT &&
    sub === CLIENT &&
    typeof jti === "string" &&
    Number(nbf) <= now + 5 &&
    Number(exp) > now &&
    Number(exp) <= now + 600 &&
    verify(
      "sha256",
      Buffer.from(`${header}.${claims}`),
      { key: createPublicKey(certificate), padding, saltLength },
      Buffer.from(signature, "base64url"),
    )
  );
}

function readPart(part: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(Buffer.from(part, "base64url"), { maxBytes: 10_000 });
  return parsed.ok && isObject(parsed.value) ? parsed.value : {};
}

/** What the agent beside an app, and the metadata of a machine, are asked for. */
function scopeOfAgent(
  request: RecordedRequest,
  { identityHeader }: KnownApplication,
): string | undefined {
  const { pathname, searchParams } = new URL(request.target, "http://agent");
  const isApp =
    pathname === "/msi/token" &&
    identityHeader !== undefined &&
    request.header("x-identity-header") === identityHeader &&
    searchParams.get("api-version") === "2019-08-01";
  const isMachine =
    pathname === "/metadata/identity/oauth2/token" &&
    request.header("metadata") === "true" &&
    searchParams.get("api-version") === "2018-02-01";
  const resource = searchParams.get("resource");
  const isKnown = (isApp || isMachine) && searchParams.get("client_id") === CLIENT;
  return isKnown && resource !== null ? `${resource}/.default` : undefined;
}
