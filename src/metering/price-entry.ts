import { parseUsd } from "../base/money.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { ListedPrice, UsdPrices } from "./price.ts";

/** Nano-dollars for a million tokens, and for a million web searches; undefined is not priced, never free. */
export interface NanoPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead?: bigint | undefined;
  readonly cacheWrite5m?: bigint | undefined;
  readonly cacheWrite1h?: bigint | undefined;
  readonly webSearch?: bigint | undefined;
}

/** A price ready for multiplication. */
export interface PriceEntry {
  /** List version and model: with both a bill can be recomputed. */
  readonly id: string;
  readonly prices: NanoPrices;
  readonly longPrompt?: { readonly aboveTokens: number; readonly prices: NanoPrices } | undefined;
  readonly fastPercent?: number | undefined;
  readonly usPercent?: number | undefined;
  readonly tierPercents?: ReadonlyMap<string, number> | undefined;
  readonly source: string;
  readonly date: string;
}

/** Reads a listed price; fails on anything negative or not decimal (B-03). */
export function toPriceEntry(listed: ListedPrice, version: string): Result<PriceEntry, string> {
  const prices = toNanoPrices(listed.usd);
  if (!prices.ok) return fail(`price of ${listed.model}: ${prices.error}`);
  const { longPrompt, fastPercent, usPercent, tierPercents, source, date } = listed;
  const tiers = tierPercents && new Map(Object.entries(tierPercents));
  const terms = { fastPercent, usPercent, tierPercents: tiers, source, date };
  const entry = { id: `${version}/${listed.model}`, prices: prices.value, ...terms };
  if (longPrompt === undefined) return ok(entry);
  const long = toNanoPrices(longPrompt.usd);
  if (!long.ok) return fail(`long-prompt price of ${listed.model}: ${long.error}`);
  const { aboveTokens } = longPrompt;
  return ok({ ...entry, longPrompt: { aboveTokens, prices: long.value } });
}

function toNanoPrices(usd: UsdPrices): Result<NanoPrices, string> {
  const input = parseUsd(usd.input);
  if (!input.ok) return input;
  const output = parseUsd(usd.output);
  if (!output.ok) return output;
  const cacheRead = parseOptional(usd.cacheRead);
  if (!cacheRead.ok) return cacheRead;
  const cacheWrite5m = parseOptional(usd.cacheWrite5m);
  if (!cacheWrite5m.ok) return cacheWrite5m;
  const cacheWrite1h = parseOptional(usd.cacheWrite1h);
  if (!cacheWrite1h.ok) return cacheWrite1h;
  const thousandSearches = parseOptional(usd.webSearch);
  if (!thousandSearches.ok) return thousandSearches;
  const webSearch =
    thousandSearches.value === undefined ? undefined : thousandSearches.value * 1_000n;
  return ok({
    input: input.value,
    output: output.value,
    cacheRead: cacheRead.value,
    cacheWrite5m: cacheWrite5m.value,
    cacheWrite1h: cacheWrite1h.value,
    webSearch,
  });
}

function parseOptional(text: string | undefined): Result<bigint | undefined, string> {
  return text === undefined ? ok(undefined) : parseUsd(text);
}
