import { createHash, createHmac } from "node:crypto";
import type { HeaderList } from "../../../base/header-list.ts";
import type { WholeRequest } from "../../cloud.ts";
import type { AwsCredentials } from "./credentials.ts";

/** What a signature is good for. */
export interface SigningScope {
  readonly region: string;
  /** The service's name for signing, such as `bedrock`. */
  readonly service: string;
  /** With its port, where that is not the scheme's own: as it stands in the Host field. */
  readonly host: string;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * The fields by which AWS knows who sends a request: of its own fields the host and the time are signed, and the whole body.
 *
 * @source https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (read 2026-11-26)
 */
export function signV4(
  request: Pick<WholeRequest, "method" | "target" | "body">,
  credentials: AwsCredentials,
  scope: SigningScope,
  at: number,
): HeaderList {
  const { sessionToken } = credentials;
  const time = amzTime(at);
  const added = [
    "x-amz-date",
    time,
    ...(sessionToken === undefined ? [] : ["x-amz-security-token", sessionToken.reveal()]),
  ];
  const signed = { ...request, headers: ["host", scope.host, ...added] };
  return [...added, "authorization", authorization(signed, credentials, scope, time)];
}

/** The Authorization field for a request all of whose fields are signed; `time` as in `x-amz-date`. */
export function authorization(
  request: Pick<WholeRequest, "method" | "target" | "headers" | "body">,
  { accessKeyId, secretAccessKey }: AwsCredentials,
  { region, service }: Pick<SigningScope, "region" | "service">,
  time: string,
): string {
  const { canonical, names } = canonicalRequest(request);
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const text = [ALGORITHM, time, scope.join("/"), sha256(canonical)].join("\n");
  const key = scope.reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secretAccessKey.reveal()}`),
  );
  const signature = hmac(key, text).toString("hex");
  return `${ALGORITHM} Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`;
}

function canonicalRequest({
  method,
  target,
  headers,
  body = Buffer.alloc(0),
}: Pick<WholeRequest, "method" | "target" | "headers" | "body">) {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const fields = canonicalFields(headers);
  const names = fields.map(([name]) => name).join(";");
  const canonical = [
    method,
    // A path that is already encoded is encoded once more: everybody does so but S3.
    path.split("/").map(encode).join("/"),
    canonicalQuery(mark < 0 ? "" : target.slice(mark + 1)),
    ...fields.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  return { canonical, names };
}

function canonicalFields(headers: HeaderList): readonly (readonly [string, string])[] {
  const values = new Map<string, string[]>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? "").toLowerCase();
    const value = (headers[at + 1] ?? "").trim().replaceAll(/ +/g, " ");
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return [...values]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => [name, all.join(",")] as const);
}

function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [
        encode(decodeURIComponent(name)),
        encode(decodeURIComponent(value.join("="))),
      ] as const;
    })
    .toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join("="))
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Everything but the unreserved characters of RFC 3986; half a surrogate pair is no character at all. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `20261126T001500Z` */
function amzTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
