import { hash } from "node:crypto";
import type { CredentialClass } from "../base/credential-class.ts";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import { readCredential } from "./credentials.ts";

/** Who is calling, and whose account the forwarded credential is. */
export interface Identity {
  readonly principal: string;
  readonly organisation: string;
  readonly credentialClass: CredentialClass;
  /** Keyed hash of the caller's own token: tells accounts apart without keeping the token. */
  readonly account?: string;
}

/** What identifies callers on this installation. */
export interface IdentityContext {
  /** The person whose machine this is; keyless loopback requests are theirs. */
  readonly localPrincipal: string;
  readonly installKey: Secret;
}

const ACCOUNT_HEX_DIGITS = 16;

/** Classifies the credentials of a request and names the principal. */
export function identify(
  headers: HeaderList,
  context: IdentityContext,
): Result<Identity, GatewayError> {
  const credential = readCredential(headers);
  if (!credential.ok) return credential;
  const { class: credentialClass, secret } = credential.value;
  if (credentialClass === "virtual_key") {
    return fail(
      gatewayError("key_unknown", "This Spillway key is not known here. Check it, or leave it out"),
    );
  }
  const caller = { principal: context.localPrincipal, organisation: "local", credentialClass };
  return ok(
    secret === undefined ? caller : { ...caller, account: accountOf(secret, context.installKey) },
  );
}

/** A name for the account behind a token that cannot be turned back into the token. */
export function accountOf(token: Secret, installKey: Secret): string {
  // Cut to a quarter, so the digest cannot be extended; HMAC would take five times as long on every request.
  return hash("sha256", `${installKey.reveal()}:${token.reveal()}`).slice(0, ACCOUNT_HEX_DIGITS);
}
