import { createHash } from "node:crypto";
import { ok, type Result } from "../base/result.ts";
import type { UsdPrices } from "./price.ts";
import { type NanoPrices, type PriceEntry, toPriceEntry } from "./price-entry.ts";

/** A price from the operator's configuration; wins over every list. */
export interface PriceOverride extends UsdPrices {
  readonly model: string;
  readonly source?: string | undefined;
  readonly date?: string | undefined;
}

/** The provider's usual cache prices in percent of the input price. */
const CACHE_READ_PERCENT = 10n;
const CACHE_WRITE_5M_PERCENT = 125n;
const CACHE_WRITE_1H_PERCENT = 200n;

/**
 * An operator's price, completed from what the lists know of the same model.
 *
 * Prices that the operator left out keep the listed model's proportion to its input price, or else the provider's usual
 * one; long prompts keep their proportion too, fast mode and data residency their percentages. Without a listed model the
 * operator's prices hold in every mode.
 * @source https://platform.claude.com/docs/en/about-claude/pricing (read 2026-11-20)
 */
export function toOverrideEntry(
  override: PriceOverride,
  listed: PriceEntry | undefined,
): Result<PriceEntry, string> {
  const { model, source = "configuration", date = "", ...usd } = override;
  const entry = toPriceEntry({ model, usd, source, date }, versionOf(override));
  if (!entry.ok) return entry;
  const prices = complete(entry.value.prices, listed?.prices);
  if (listed === undefined) {
    return ok({ ...entry.value, prices, fastPercent: 100, usPercent: 100 });
  }
  const { fastPercent, usPercent, tierPercents, longPrompt } = listed;
  return ok({
    ...entry.value,
    prices,
    fastPercent,
    usPercent,
    tierPercents,
    longPrompt: longPrompt && {
      aboveTokens: longPrompt.aboveTokens,
      prices: scaleLike(prices, listed.prices, longPrompt.prices),
    },
  });
}

/** Two different prices of one model must never share a version. */
function versionOf(override: PriceOverride): string {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearch } = override;
  const terms = [input, output, cacheRead, cacheWrite5m, cacheWrite1h, webSearch];
  const hash = createHash("sha256").update(JSON.stringify(terms)).digest("hex");
  return `config-${hash.slice(0, 12)}`;
}

function complete(own: NanoPrices, listed: NanoPrices | undefined): NanoPrices {
  const share = (price: bigint | undefined, percent: bigint): bigint =>
    price === undefined || listed === undefined || listed.input === 0n
      ? divideUp(own.input * percent, 100n)
      : divideUp(own.input * price, listed.input);
  return {
    ...own,
    cacheRead: own.cacheRead ?? share(listed?.cacheRead, CACHE_READ_PERCENT),
    cacheWrite5m: own.cacheWrite5m ?? share(listed?.cacheWrite5m, CACHE_WRITE_5M_PERCENT),
    cacheWrite1h: own.cacheWrite1h ?? share(listed?.cacheWrite1h, CACHE_WRITE_1H_PERCENT),
    webSearch: own.webSearch ?? listed?.webSearch,
  };
}

/** `own` changed as `target` differs from `reference`. */
function scaleLike(own: NanoPrices, reference: NanoPrices, target: NanoPrices): NanoPrices {
  const scale = (unit: "input" | "output"): bigint =>
    scaled(own[unit], reference[unit], target[unit]);
  const scaleCache = (unit: "cacheRead" | "cacheWrite5m" | "cacheWrite1h"): bigint | undefined => {
    const [price, from, to] = [own[unit], reference[unit], target[unit]];
    return price === undefined || from === undefined || to === undefined
      ? price
      : scaled(price, from, to);
  };
  return {
    input: scale("input"),
    output: scale("output"),
    cacheRead: scaleCache("cacheRead"),
    cacheWrite5m: scaleCache("cacheWrite5m"),
    cacheWrite1h: scaleCache("cacheWrite1h"),
    webSearch: own.webSearch,
  };
}

function scaled(price: bigint, from: bigint, to: bigint): bigint {
  return from === 0n ? price : divideUp(price * to, from);
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
