import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { carriesKey } from "../../identity/keys/index.ts";
import type { ClientCall } from "../call.ts";
import type { ExchangeSettings, House } from "../house.ts";

const RETRY_AFTER_MS = 5_000;

/** Why a request ends before its body is read. */
export function turnAway(
  call: ClientCall,
  house: House,
  settings: ExchangeSettings,
): GatewayError | undefined {
  if (carriesKey(call.target)) {
    return gatewayError(
      "key_in_url",
      "A Spillway key stands in the URL; send it in the header x-spillway-key, and rotate this one",
    );
  }
  if (settings.authRequired && call.operation === "other") {
    return gatewayError("not_found", "There is no such endpoint");
  }
  return house.store.accepting ? undefined : accountingUnavailable();
}

function accountingUnavailable(): GatewayError {
  return gatewayError(
    "accounting_unavailable",
    "Records cannot be stored at the moment, so nothing was sent",
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
