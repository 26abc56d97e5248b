import { firstValue, type HeaderList } from "../base/header-list.ts";

/** Framing and hop-by-hop fields: a fixed list, so that no client can have a credential stripped by `Connection`. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

/** Further fields that end at Spillway: addressing, framing that the transport makes anew, keys for other origins. */
const ENDS_HERE: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "host",
  "expect",
  "content-length",
  "x-goog-api-key",
  "x-litellm-api-key",
  "x-portkey-api-key",
]);

const OWN_PREFIXES = ["x-spillway-", "x-br-", "x-bf-"] as const;

/** Underscore spellings that some servers read as a credential field. */
const CREDENTIAL_LOOKALIKE = /^(authorization|x[-_](api|spillway|goog[-_]api)[-_]key)$/;

/** The request's fields for a same-dialect upstream: everything but what ends here, in order, with case. */
export function toUpstreamHeaders(
  raw: HeaderList,
  options: { readonly identityEncoding: boolean; readonly contentLength: boolean },
): string[] {
  const headers: string[] = [];
  let encodingSeen = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const field = name.toLowerCase();
    let value = raw[i + 1] ?? "";
    if (field === "content-length" ? !options.contentLength : isStripped(field)) continue;
    if (field === "accept-encoding" && options.identityEncoding) {
      if (encodingSeen) continue;
      encodingSeen = true;
      value = "identity";
    }
    headers.push(name, value);
  }
  if (options.identityEncoding && !encodingSeen) headers.push("accept-encoding", "identity");
  return headers;
}

/** The response's fields for the client: everything but hop-by-hop, in order, with case and repetition. */
export function toClientHeaders(raw: HeaderList): string[] {
  const headers: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const field = name.toLowerCase();
    if (HOP_BY_HOP.has(field) || field.startsWith("x-spillway-")) continue;
    headers.push(name, raw[i + 1] ?? "");
  }
  return headers;
}

/** The declared body length, or undefined where the body is chunked or there is none. */
export function declaredLength(raw: HeaderList): number | undefined {
  const value = firstValue(raw, "content-length");
  return value === undefined ? undefined : Number(value);
}

function isStripped(field: string): boolean {
  if (ENDS_HERE.has(field)) return true;
  if (field.startsWith("x-") && OWN_PREFIXES.some((prefix) => field.startsWith(prefix)))
    return true;
  return field.includes("_") && CREDENTIAL_LOOKALIKE.test(field);
}
