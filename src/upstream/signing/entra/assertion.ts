import { constants, createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { fail, ok, type Result } from "../../../base/result.ts";

/** Whom an assertion is about, and whom it is for. */
export interface Assertion {
  readonly client: string;
  readonly audience: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

const VALID_SECONDS = 300;

/**
 * What an application says of itself, signed with the key of its certificate; `pem` holds both. The refusal goes on behind
 * the file's name.
 * @source https://learn.microsoft.com/en-us/entra/identity-platform/certificate-credentials (read 2026-11-26)
 */
export function certificateAssertion(
  pem: string,
  { client, audience, at }: Assertion,
): Result<string, string> {
  const own = read(pem);
  if (own === undefined) return fail("is no PEM file with a certificate and its private key");
  const thumbprint = Buffer.from(own.certificate.fingerprint256.replaceAll(":", ""), "hex");
  const header = { alg: "PS256", typ: "JWT", "x5t#S256": thumbprint.toString("base64url") };
  const now = Math.floor(at / 1_000);
  const claims = {
    aud: audience,
    iss: client,
    sub: client,
    jti: randomUUID(),
    nbf: now,
    iat: now,
    exp: now + VALID_SECONDS,
  };
  const text = [header, claims].map(encode).join(".");
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  const signature = sign("sha256", Buffer.from(text), { key: own.key, padding, saltLength });
  return ok(`${text}.${signature.toString("base64url")}`);
}

function read(pem: string) {
  try {
    const certificate = new X509Certificate(pem);
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === "rsa" ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
