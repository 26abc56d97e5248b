import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { VirtualKey } from "../../identity/keys/index.ts";
import type { ReportScope } from "../../store/contract.ts";
import type { Ask } from "./ask.ts";

type Asking = Pick<Ask, "views" | "caller">;

/** The keys that a caller may know of: a member its own, the others their organisation's. Newest first. */
export function visibleKeys({ views, caller }: Asking): readonly VirtualKey[] {
  if (caller.role === "member") return caller.key === undefined ? [] : [caller.key];
  return views.keys.list(caller.organisation);
}

/** By id or name. A key that the caller may not know of is answered like one that is not there. */
export function visibleKey(asking: Asking, idOrName: string): Result<VirtualKey, GatewayError> {
  const { views, caller } = asking;
  const found = views.keys.resolve(idOrName, caller.organisation);
  const isHidden = found.ok && caller.role === "member" && found.value.id !== caller.key?.id;
  return isHidden ? fail(gatewayError("not_found", "There is no key of that id or name")) : found;
}

/**
 * Whose exchanges a caller's report is of; the parameter `key` narrows it. Whoever runs the gateway sees all of it, or the
 * organisation that the parameter names.
 */
export function reportScope(ask: Asking & Pick<Ask, "query">): Result<ReportScope, GatewayError> {
  const { door, organisation, role, key } = ask.caller;
  const named = ask.query.get("key");
  if (named === null) {
    if (door === "control" && ask.query.get("organisation") === null) return ok({});
    return ok(role === "member" ? { organisation, keyId: key?.id ?? "" } : { organisation });
  }
  const found = visibleKey(ask, named);
  return found.ok ? ok({ organisation, keyId: found.value.id }) : found;
}
