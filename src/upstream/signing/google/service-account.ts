import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { fail, ok } from "../../../base/result.ts";
import { askForToken, type FromFile, SCOPE, textIn } from "./source.ts";

const TOKEN_URI = "https://oauth2.googleapis.com/token";
const GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LIFETIME_SECONDS = 3_600;

/**
 * A service account's own key: it never leaves this machine, but signs for a token.
 * @source https://developers.google.com/identity/protocols/oauth2/service-account#httprest (read 2026-11-26)
 */
export const fromServiceAccount: FromFile = async (file, options) => {
  const email = textIn(file, "client_email");
  const pem = textIn(file, "private_key");
  const tokenUri = textIn(file, "token_uri") ?? TOKEN_URI;
  if (email === undefined || pem === undefined) {
    return fail("the key of a service account has no client_email or no private_key");
  }
  const key = readKey(pem);
  if (key === undefined) return fail(`the private_key of ${email} cannot be read`);
  const issuedAt = Math.floor(options.now() / 1_000);
  const claims = {
    iss: email,
    scope: SCOPE,
    aud: tokenUri,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
  };
  const assertion = signJwt(claims, key, textIn(file, "private_key_id"));
  const form = { grant_type: GRANT, assertion };
  const who = `Google's token endpoint, asked for ${email},`;
  const lent = await askForToken({ url: tokenUri }, form, who, options);
  if (!lent.ok) return lent;
  return ok({ ...lent.value, value: { token: lent.value.value, quotaProject: undefined } });
};

function readKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" ? key : undefined;
  } catch {
    return undefined;
  }
}

function signJwt(claims: object, key: KeyObject, keyId: string | undefined): string {
  const header = { alg: "RS256", typ: "JWT", ...(keyId !== undefined && { kid: keyId }) };
  const text = [header, claims].map((part) => encode(JSON.stringify(part))).join(".");
  return `${text}.${encode(sign("RSA-SHA256", Buffer.from(text), key))}`;
}

function encode(part: string | Buffer): string {
  return Buffer.from(part).toString("base64url");
}
