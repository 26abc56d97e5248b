import type { CallerCredential } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import { KEY_PREFIX } from "./keys/index.ts";

/** What a caller brings for the provider. It lives as long as the request. */
export interface OwnCredential {
  readonly class: Exclude<CallerCredential, "virtual_key">;
  /** Undefined when the class is `none`. */
  readonly secret?: Secret;
}

/** The credentials of one request. */
export interface Credentials {
  /** A Spillway key, in whatever field it came. */
  readonly key?: Secret;
  readonly own: OwnCredential;
}

/** What a field may carry: a credential for the provider, one for a gateway, or either. */
const FIELDS: Readonly<Record<string, "either" | "gateway" | "foreign">> = {
  "x-spillway-key": "gateway",
  authorization: "either",
  "x-api-key": "either",
  // A key of another provider's clients, which no upstream here takes.
  "x-goog-api-key": "foreign",
  "x-br-api-key": "gateway",
  "x-bf-vk": "gateway",
  "x-litellm-api-key": "gateway",
  "x-portkey-api-key": "gateway",
};

/** Fields that may carry a credential. */
export const CREDENTIAL_FIELDS: readonly string[] = Object.keys(FIELDS);

const NOTHING: OwnCredential = { class: "none" };
const RANK: Readonly<Record<OwnCredential["class"], number>> = {
  subscription: 3,
  api_key: 2,
  other: 1,
  none: 0,
};

/**
 * Reads every credential field once (design R9). A field that came twice, or two different Spillway keys, is refused; one
 * value in two fields is what an `apiKeyHelper` sends and is normal.
 */
export function readCredentials(headers: HeaderList): Result<Credentials, GatewayError> {
  const seen = new Set<string>();
  let own = NOTHING;
  let key: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const field = (headers[i] ?? "").toLowerCase();
    const kind = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
    if (kind === undefined) continue;
    if (seen.has(field)) {
      return fail(ambiguous(`The header ${field} came twice; send each credential once`));
    }
    seen.add(field);
    const value = withoutScheme(headers[i + 1] ?? "");
    if (value === "") continue;
    const found = classify(value);
    if (found === "virtual_key" || (kind === "gateway" && found === "other")) {
      if (key !== undefined && key !== value) {
        return fail(ambiguous("Two different Spillway keys came on one request; send one"));
      }
      key = value;
    } else if (kind === "gateway") {
      const remedy = "send a provider's credential in authorization or x-api-key";
      return fail(ambiguous(`The header ${field} is for Spillway keys; ${remedy}`));
    } else if (kind === "either" && outranks(found, field, own)) {
      own = { class: found, secret: new Secret(value) };
    }
  }
  return ok(key === undefined ? { own } : { key: new Secret(key), own });
}

/** Of two of a kind the one in authorization is the caller's (X-R7). */
function outranks(found: OwnCredential["class"], field: string, own: OwnCredential): boolean {
  const isAhead = field === "authorization" && own.secret !== undefined;
  return RANK[found] > RANK[own.class] || (isAhead && RANK[found] === RANK[own.class]);
}

function classify(value: string): Exclude<CallerCredential, "none"> {
  if (value.startsWith(KEY_PREFIX)) return "virtual_key";
  // source: claude-cli on the wire, subscription logins and Console keys (observed 2026-11-21)
  if (value.startsWith("sk-ant-oat")) return "subscription";
  if (value.startsWith("sk-ant-api")) return "api_key";
  return "other";
}

/** A scheme is a word of letters; white space of any kind must not hide a Spillway key behind it. */
function withoutScheme(value: string): string {
  return value.replace(/^\s*(?:[a-z]+\s+)?/i, "").trim();
}

function ambiguous(message: string): GatewayError {
  return gatewayError("ambiguous_credentials", message);
}
