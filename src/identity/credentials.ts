import type { CallerCredential } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";

/** The caller's own credential on one request. It lives as long as the request. */
export interface Credential {
  readonly class: CallerCredential;
  /** Undefined when the class is `none`. */
  readonly secret?: Secret;
}

/** Fields that may carry a credential, in the order in which one speaks for the caller. */
export const CREDENTIAL_FIELDS: readonly string[] = [
  "x-spillway-key",
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "x-br-api-key",
  "x-bf-vk",
  "x-litellm-api-key",
  "x-portkey-api-key",
];

const VIRTUAL_KEY_PREFIX = "spw-";
const RANK: Readonly<Record<CallerCredential, number>> = {
  virtual_key: 4,
  subscription: 3,
  api_key: 2,
  other: 1,
  none: 0,
};

/**
 * Reads every credential field once. A field that came twice, or two different Spillway keys, is refused; one value in
 * two fields is what an `apiKeyHelper` sends and is normal.
 */
export function readCredential(headers: HeaderList): Result<Credential, GatewayError> {
  const seen = new Set<string>();
  let best: Credential = { class: "none" };
  let virtualKey: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const field = (headers[i] ?? "").toLowerCase();
    if (!CREDENTIAL_FIELDS.includes(field)) continue;
    if (seen.has(field)) {
      return fail(ambiguous(`The header ${field} came twice; send each credential once`));
    }
    seen.add(field);
    const value = withoutScheme(headers[i + 1] ?? "");
    if (value === "") continue;
    const found = classify(value);
    if (found === "virtual_key") {
      if (virtualKey !== undefined && virtualKey !== value) {
        return fail(ambiguous("Two different Spillway keys came on one request; send one"));
      }
      virtualKey = value;
    }
    if (RANK[found] > RANK[best.class]) best = { class: found, secret: new Secret(value) };
  }
  return ok(best);
}

function classify(value: string): CallerCredential {
  if (value.startsWith(VIRTUAL_KEY_PREFIX)) return "virtual_key";
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
