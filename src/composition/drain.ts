import type { Server } from "node:http";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { ActiveExchanges } from "../exchange/active.ts";
import { stopAccepting } from "../listener/listen.ts";

const DRAINING_RETRY_MS = 1_000;
/** How long a cut stream may take to tell its client why. */
const CUT_MS = 5_000;
const IDLE_SWEEP_MS = 50;

export interface Draining {
  readonly server: Server;
  readonly active: ActiveExchanges;
  /** How long exchanges may take to finish by themselves. */
  readonly withinMs: number;
}

/** Stops accepting, lets exchanges finish, and ends what is left. */
export async function drain({ server, active, withinMs }: Draining): Promise<void> {
  const closed = stopAccepting(server);
  await within(active.whenIdle(), withinMs);
  active.cutAll(drainingError());
  // Their records are still to come.
  await within(active.whenIdle(), CUT_MS);
  // Clients keep the connections on which they were just answered.
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  await within(closed, CUT_MS);
  clearInterval(sweep);
  server.closeAllConnections();
  await closed;
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([promise, timeout.promise]);
  clearTimeout(timer);
}

export function drainingError(): GatewayError {
  return gatewayError("draining", "This gateway is shutting down; repeat in a moment", {
    retryAfterMs: DRAINING_RETRY_MS,
  });
}
