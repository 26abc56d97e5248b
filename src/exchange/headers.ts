import { firstValue, type HeaderList } from "../base/header-list.ts";
import { carriesKey } from "../identity/keys/index.ts";

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

/** What goes with a request to the provider. */
export interface UpstreamHeaderOptions {
  readonly identityEncoding: boolean;
  readonly contentLength: boolean;
  /** False: a packed body goes on unpacked. */
  readonly contentEncoding: boolean;
  /** Betas that the provider does not know; the others go on. */
  readonly withoutBetas?: readonly string[];
  /** Fields that take the place of everything by which the caller is known; undefined: the caller's own. */
  readonly instead: HeaderList | undefined;
  /** Said elsewhere in the client's request. */
  readonly add?: HeaderList;
}

/** The fields by which a caller is known to a provider; never sent beside a stored key. */
const CALLERS_OWN: ReadonlySet<string> = new Set(["authorization", "x-api-key", "cookie"]);

/** The request's fields for a same-dialect upstream: everything but what ends here, in order, with case. */
export function toUpstreamHeaders(client: HeaderList, options: UpstreamHeaderOptions): string[] {
  const { withoutBetas = [], add = [] } = options;
  const raw = withoutItems(client, withoutBetas);
  const headers: string[] = [];
  let encodingSeen = false;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const field = name.toLowerCase();
    let value = raw[i + 1] ?? "";
    if (field === "content-length" ? !options.contentLength : isStripped(field)) continue;
    if (field === "content-encoding" && !options.contentEncoding) continue;
    // A Spillway key is good here and nowhere else.
    if (CALLERS_OWN.has(field) && (options.instead !== undefined || carriesKey(value))) continue;
    if (field === "accept-encoding" && options.identityEncoding) {
      if (encodingSeen) continue;
      encodingSeen = true;
      value = "identity";
    }
    headers.push(name, value);
  }
  if (options.identityEncoding && !encodingSeen) headers.push("accept-encoding", "identity");
  if (options.instead !== undefined) headers.push(...options.instead);
  headers.push(...withoutItems(add, withoutBetas));
  return headers;
}

/**
 * The response's fields for the client: everything but hop-by-hop, in order, with case and repetition. The limits of a
 * stored key are its organisation's business, not the developer's (design R8).
 */
export function toClientHeaders(
  raw: HeaderList,
  options: { readonly hideLimits: boolean } = { hideLimits: false },
): string[] {
  const headers: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? "";
    const field = name.toLowerCase();
    if (HOP_BY_HOP.has(field) || ONLY_OURS.some((prefix) => field.startsWith(prefix))) continue;
    if (options.hideLimits && field.startsWith("anthropic-ratelimit-")) continue;
    headers.push(name, raw[i + 1] ?? "");
  }
  return headers;
}

/** Fields that only Spillway sets, so that an upstream cannot speak in its name. */
const ONLY_OURS = ["x-spillway-", "x-br-provider", "x-br-upstream-mode"] as const;

/** Fields whose lists of betas have none of these; as they were where they do not have them. */
function withoutItems(fields: HeaderList, betas: readonly string[]): HeaderList {
  if (betas.length === 0) return fields;
  const kept: string[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [name = "", value = ""] = fields.slice(i, i + 2);
    const items = name.toLowerCase() === "anthropic-beta" ? value.split(",") : [];
    const rest = items.filter((item) => !betas.includes(item.trim()));
    if (rest.length === items.length) kept.push(name, value);
    else if (rest.length > 0) kept.push(name, rest.join(",").trim());
  }
  return kept;
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
