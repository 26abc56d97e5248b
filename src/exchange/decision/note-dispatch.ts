import type { Identity } from "../../identity/principal.ts";
import type { ClientCall } from "../call.ts";
import type { House } from "../house.ts";
import { type Facts, WITH_MODEL } from "../request/facts.ts";
import type { Decision } from "./decide.ts";

/** Tells where a request goes, and keeps for a redirected session what its way back is asked for with. */
export function noteDispatch(
  call: ClientCall,
  { route, deployment, dispatched }: Decision,
  { model, wrapped, stream = false }: Facts,
  { own }: Identity,
  { log, redirects }: Pick<House, "log" | "redirects">,
): void {
  if (dispatched?.redirected !== undefined && own.secret !== undefined) {
    redirects.keep(dispatched.redirected, own.secret);
  }
  if (route === undefined) return;
  const sent = dispatched?.elsewhere === undefined ? undefined : route[0].model;
  // A picker's name for it is no other model; a substitute is told whatever it is called.
  const isRewritten = dispatched?.substitute !== undefined || sent !== model;
  log.dispatched({
    id: call.id,
    wrapped,
    to: deployment.provider,
    reason: dispatched?.reason ?? (WITH_MODEL.has(call.operation) ? undefined : "non-body-bearing"),
    model,
    rewrite: isRewritten ? sent : undefined,
    stream,
  });
}
