import { hash } from "node:crypto";
import type { CallerCredential } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import { type OwnCredential, readCredentials } from "./credentials.ts";
import type { KeyRing, VirtualKey } from "./keys/index.ts";

/** Who is calling, and whose account the caller's own credential is. */
export interface Identity {
  readonly principal: string;
  readonly organisation: string;
  /** Undefined: keyless, which only the machine's own user is. */
  readonly key?: VirtualKey;
  /** What the record calls the request's credential: the caller's own one, where there is one. */
  readonly credentialClass: CallerCredential;
  readonly own: OwnCredential;
  /** Keyed hash of the caller's own token: tells accounts apart without keeping the token. */
  readonly account?: string;
}

/** What identifies callers on this installation. */
export interface IdentityContext {
  /** The person whose machine this is; keyless loopback requests are theirs. */
  readonly localPrincipal: string;
  readonly installKey: Secret;
  readonly keys: Pick<KeyRing, "find">;
  /** True: nobody is served without a Spillway key. */
  readonly authRequired: () => boolean;
}

/** The organisation of keyless requests, and of keys that name no other. */
export const LOCAL_ORGANISATION = "local";

const ACCOUNT_HEX_DIGITS = 16;

/** Names the principal behind a request's credentials; a request that names none may be refused, but is never guessed at. */
export function identify(
  headers: HeaderList,
  context: IdentityContext,
): Result<Identity, GatewayError> {
  const credentials = readCredentials(headers);
  if (!credentials.ok) return credentials;
  const { key, own } = credentials.value;
  const account =
    own.secret === undefined ? {} : { account: accountOf(own.secret, context.installKey) };
  if (key === undefined) {
    if (context.authRequired()) return fail(KEY_REQUIRED);
    const { localPrincipal: principal } = context;
    const organisation = LOCAL_ORGANISATION;
    return ok({ principal, organisation, credentialClass: own.class, own, ...account });
  }
  const found = context.keys.find(key.reveal());
  if (!found.ok) return found;
  const { principal, organisation } = found.value;
  const credentialClass = own.class === "none" ? "virtual_key" : own.class;
  return ok({ principal, organisation, key: found.value, credentialClass, own, ...account });
}

const KEY_REQUIRED = gatewayError(
  "key_required",
  "This gateway needs a Spillway key. Send it in the header x-spillway-key",
);

/** A name for the account behind a token that cannot be turned back into the token. */
export function accountOf(token: Secret, installKey: Secret): string {
  // Cut to a quarter, so the digest cannot be extended; HMAC would take five times as long on every request.
  return hash("sha256", `${installKey.reveal()}:${token.reveal()}`).slice(0, ACCOUNT_HEX_DIGITS);
}
