import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { VirtualKey } from "../../identity/keys/index.ts";
import { LOCAL_ORGANISATION } from "../../identity/principal.ts";
import type { HouseViews } from "./views.ts";

/** The data port, or the socket that only this machine's owner can open. */
export type Door = "data" | "control";

/**
 * Who may ask: `anyone`; a `reader`, who sees what is its own; an `owner`, who sees and changes its organisation; this
 * machine's owner at the `control` socket (design R21).
 */
export type Who = "anyone" | "reader" | "owner" | "control";

/** Who asks, for which organisation. */
export interface Caller {
  readonly door: Door;
  readonly principal: string;
  readonly organisation: string;
  /** `local` is the machine's own user without a key, who sees everything of the local organisation and changes nothing. */
  readonly role: "owner" | "member" | "local";
  readonly key?: VirtualKey | undefined;
  /** Keyed hash of the caller's own token for the provider. */
  readonly account?: string | undefined;
}

/** Names the caller of an endpoint that is not for everybody. Reads header fields, never a body. */
export function readCaller(
  door: Door,
  headers: HeaderList,
  query: URLSearchParams,
  views: Pick<HouseViews, "identify" | "localPrincipal">,
): Result<Caller, GatewayError> {
  const organisation = query.get("organisation");
  if (door === "control") return controlCaller(views.localPrincipal, organisation);
  const identity = views.identify(headers);
  if (!identity.ok) return identity;
  const { key, principal, account } = identity.value;
  if (organisation !== null && organisation !== identity.value.organisation) {
    return fail(gatewayError("not_found", "There is no such organisation"));
  }
  return ok({
    door,
    principal,
    organisation: identity.value.organisation,
    role: key?.role ?? "local",
    key,
    account,
  });
}

/** The file system's permissions on the socket are the credential; what header fields say of keys is not looked at. */
function controlCaller(
  principal: string,
  organisation: string | null,
): Result<Caller, GatewayError> {
  if (organisation !== null && !/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$/u.test(organisation)) {
    return fail(
      gatewayError(
        "invalid_parameter",
        'The parameter "organisation" has to be 1 to 80 letters, digits, dots, dashes or underscores',
      ),
    );
  }
  const named = organisation ?? LOCAL_ORGANISATION;
  return ok({ door: "control", principal, organisation: named, role: "owner" });
}

/** Undefined: the caller may. */
export function refusalOf(caller: Caller, who: Who, isRead: boolean): GatewayError | undefined {
  if (caller.door === "control" || who === "anyone" || who === "reader") return undefined;
  if (who === "control") return gatewayError("not_found", "There is no such endpoint");
  if (caller.role === "owner" || (caller.role === "local" && isRead)) return undefined;
  return caller.role === "local"
    ? gatewayError(
        "key_required",
        "This changes something, so it needs a Spillway key of an owner. Send it in the header x-spillway-key, or use the spillway command on this machine",
      )
    : gatewayError("owner_required", "Only a key with the role owner may do this");
}
