import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
const EMAIL = "spillway@my-project.iam.gserviceaccount.com";
const ANSWERED_SECONDS = 3_600;

/** A Google that gives out tokens: for a service account's assertion, a login, a federated token, or its own machine. */
export interface GoogleLogin extends AsyncDisposable {
  readonly url: string;
  /** The JSON of the key of the one service account that it knows; `changed` overrides single members. */
  keyFile(changed?: Readonly<Record<string, unknown>>): string;
  /** Every form that it was asked with, and the path behind which it was asked. */
  readonly asked: readonly { readonly path: string; readonly form: URLSearchParams }[];
  /** Tokens that it gave out are good no longer. */
  revokeAll(): void;
  knows(token: string): boolean;
}

export async function startGoogleLogin(
  options: { readonly lifetimeSeconds?: number } = {},
): Promise<GoogleLogin> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const asked: { readonly path: string; readonly form: URLSearchParams }[] = [];
  const good = new Set<string>();
  let given = 0;
  const { lifetimeSeconds = ANSWERED_SECONDS } = options;
  const give = () => {
    const token = `ya29.c.token-${++given}`;
    good.add(token);
    return { access_token: token, expires_in: lifetimeSeconds, token_type: "Bearer" };
  };
  const answerTo = (request: IncomingMessage, form: URLSearchParams, url: string): object => {
    const { url: path = "" } = request;
    if (path.startsWith("/computeMetadata/")) {
      return request.headers["metadata-flavor"] === "Google" ? give() : { error: "bad_request" };
    }
    if (path === "/sts") {
      const isKnown = form.get("subject_token") === "eyJ.of.the.cluster";
      return isKnown && form.get("scope") === SCOPE ? give() : { error: "invalid_grant" };
    }
    if (form.get("grant_type") === "refresh_token") {
      return form.get("refresh_token") === "1//refresh" ? give() : { error: "invalid_grant" };
    }
    const why = whyNoAssertion(form, publicKey, `${url}/token`);
    return why === undefined ? give() : { error: "invalid_grant", error_description: why };
  };
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      asked.push({ path: request.url ?? "", form });
      const answer = answerTo(request, form, url);
      response.writeHead("error" in answer ? 400 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    asked,
    keyFile: (changed = {}) =>
      JSON.stringify({
        type: "service_account",
        project_id: "my-project",
        private_key_id: "kid-1",
        private_key: pem,
        client_email: EMAIL,
        token_uri: `${url}/token`,
        ...changed,
      }),
    revokeAll: () => good.clear(),
    knows: (token) => good.has(token),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

/** Why an assertion is not taken; undefined: it is signed by the account, for this endpoint, for now and for the one scope. */
function whyNoAssertion(
  form: URLSearchParams,
  key: KeyObject,
  audience: string,
): string | undefined {
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer")
    return "unknown grant";
  const [header = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const text = Buffer.from(`${header}.${claims}`);
  if (!verify("RSA-SHA256", text, key, Buffer.from(signature, "base64url")))
    return "Invalid JWT Signature.";
  const head: unknown = JSON.parse(Buffer.from(header, "base64url").toString());
  const said: unknown = JSON.parse(Buffer.from(claims, "base64url").toString());
  if (at(head, "alg") !== "RS256") return "alg";
  if (at(said, "iss") !== EMAIL) return "iss";
  if (at(said, "aud") !== audience) return "aud";
  if (at(said, "scope") !== SCOPE) return "scope";
  const [issued, ends] = [Number(at(said, "iat")), Number(at(said, "exp"))];
  const now = Date.now() / 1_000;
  const isNow = issued <= now + 60 && ends > now && ends - issued <= 3_600;
  return isNow ? undefined : "iat, exp";
}

/** Refuses what does not carry a token that is good, in Google's words. */
export function onlyWithToken(responder: Responder, login: Pick<GoogleLogin, "knows">): Responder {
  return async (request, serial) => {
    const [, token = ""] = /^Bearer (.*)$/.exec(request.header("authorization") ?? "") ?? [];
    if (login.knows(token)) return await responder(request, serial);
    const message =
      "Request had invalid authentication credentials of spillway@my-project.iam.gserviceaccount.com.";
    return await googleError(401, "UNAUTHENTICATED", message)(request, serial);
  };
}

/** An error in Google's envelope. */
export function googleError(
  code: number,
  status: string,
  message: string,
  details: readonly object[] = [],
): Responder {
  return json(code, { error: { code, message, status, ...(details.length > 0 && { details }) } });
}
