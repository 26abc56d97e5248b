import { createHash, createHmac } from "node:crypto";
import type { RecordedRequest } from "./recorded-request.ts";

/** What an account at AWS knows of one of its keys. */
export interface KnownKey {
  readonly id: string;
  readonly secret: string;
  /** Of keys that expire. */
  readonly token?: string;
}

export interface KnownScope {
  readonly region: string;
  readonly service: string;
}

/** A signature may be five minutes old. */
const MAX_AGE_MS = 5 * 60_000;
const CREDENTIAL =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;

/** Why AWS would refuse a request, in the exception's name; undefined: it is signed as it should be. */
export function whyUnsigned(
  request: RecordedRequest,
  key: KnownKey,
  scope: KnownScope,
): string | undefined {
  const match = CREDENTIAL.exec(request.header("authorization") ?? "");
  if (match === null) return "MissingAuthenticationTokenException";
  const [, id, day = "", region, service, names = "", signature] = match;
  const time = request.header("x-amz-date") ?? "";
  if (id !== key.id || request.header("x-amz-security-token") !== key.token)
    return "UnrecognizedClientException";
  if (region !== scope.region || service !== scope.service || !time.startsWith(day))
    return "InvalidSignatureException";
  if (Math.abs(Date.now() - epochOf(time)) > MAX_AGE_MS) return "ExpiredTokenException";
  const signed = names.split(";");
  if (!signed.includes("host") || !signed.includes("x-amz-date")) return "IncompleteSignature";
  const expected = signatureOf(request, signed, { ...scope, secret: key.secret, day, time });
  return signature === expected ? undefined : "InvalidSignatureException";
}

/** Written apart from the code under test, by what AWS says of signatures. */
function signatureOf(
  request: RecordedRequest,
  signed: readonly string[],
  by: KnownScope & { readonly secret: string; readonly day: string; readonly time: string },
): string {
  const [path = "", query = ""] = request.target.split("?");
  const lines = [
    request.method,
    encodeURI(path).replaceAll(/[!'()*:@$&+,;=]/g, percent),
    query.split("&").toSorted().join("&"),
    ...signed.map((name) => `${name}:${request.headers(name).join(",").trim()}`),
    "",
    signed.join(";"),
    request.bodyHash(),
  ];
  const scope = `${by.day}/${by.region}/${by.service}/aws4_request`;
  const digest = createHash("sha256").update(lines.join("\n")).digest("hex");
  const text = ["AWS4-HMAC-SHA256", by.time, scope, digest].join("\n");
  let key: Buffer = Buffer.from(`AWS4${by.secret}`);
  for (const part of [...scope.split("/"), text]) {
    key = createHmac("sha256", key).update(part).digest();
  }
  return key.toString("hex");
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function epochOf(time: string): number {
  return Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
  );
}
