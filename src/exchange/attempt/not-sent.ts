import type { GatewayError } from "../../base/errors.ts";
import type { RelayResult } from "../answer/relay-contract.ts";

/** Nothing was sent. */
export const NOT_SENT: RelayResult = {
  head: undefined,
  seen: undefined,
  committed: false,
  failure: undefined,
  kept: undefined,
  cut: true,
  bytesReceived: 0,
  headAtMs: undefined,
  observation: undefined,
};

/** How an exchange ends for which no candidate was tried. */
export function notTried(error: GatewayError): RelayResult {
  return { ...NOT_SENT, cut: false, failure: ended(error) };
}

/** A failure of which the upstream knows nothing. */
export function ended(error: GatewayError): NonNullable<RelayResult["failure"]> {
  return { error, beforeResponse: true, onReusedConnection: false };
}
