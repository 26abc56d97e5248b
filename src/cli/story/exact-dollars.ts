import { formatUsd, nanoUsd } from "../../base/money.ts";
import type { NanoUsdJson } from "../../store/amount-view.ts";

/** An amount to the nano-dollar, as booked. */
export function exactDollars(amount: NanoUsdJson): string {
  return amount === null ? "unknown" : formatUsd(nanoUsd(BigInt(amount)));
}
