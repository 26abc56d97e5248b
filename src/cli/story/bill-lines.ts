import { isObject } from "../../base/json.ts";
import { formatUsd, nanoUsd } from "../../base/money.ts";
import type { ModelPrices } from "../../metering/index.ts";
import { fitText, plainText } from "../../observe/terminal-line.ts";
import type { NanoUsdJson } from "../../store/amount-view.ts";
import { exactDollars } from "./exact-dollars.ts";

type PriceEntry = NonNullable<ReturnType<ModelPrices["find"]>>;

/** A price by its id, if the price list at hand is the one that was applied. */
export type PriceOf = (priceId: string) => PriceEntry | undefined;

const UNITS = [
  ["input", "input", "input"],
  ["cache_read", "cache read", "cacheRead"],
  ["cache_write5m", "cache write, 5 min", "cacheWrite5m"],
  ["cache_write1h", "cache write, 1 h", "cacheWrite1h"],
  ["output", "output", "output"],
  ["web_searches", "web searches", "webSearch"],
] as const;

/** Counted, and part of no sum. */
const UNPRICED_UNITS = [
  ["reasoning", "(of output: thinking)"],
  ["web_fetches", "web fetches"],
] as const;

const TERMS = ["service_tier", "speed", "inference_geo"] as const;
const USUAL: ReadonlySet<unknown> = new Set(["standard", "global", "not_available"]);
const MILLION = 1_000_000n;

type Row = readonly [name: string, count: string, price: string, cost: string];

/** Rows of name, count, price for a million, cost: first a model with its sum, then each of its units. */
export function billLines(units: unknown, priceOf: PriceOf): readonly Row[] {
  if (!Array.isArray(units) || units.length === 0) return [];
  return [["", "COUNT", "PER 1M", "COST"], ...units.filter(isObject).flatMap(entryRows(priceOf))];
}

function entryRows(priceOf: PriceOf): (entry: Readonly<Record<string, unknown>>) => Row[] {
  return (entry) => {
    const model = textOf(entry["model"]) ?? "?";
    const kind = textOf(entry["kind"]) ?? "message";
    const name = kind === "message" ? model : `${model} (${kind})`;
    const counts = isObject(entry["units"]) ? entry["units"] : {};
    const entryPrice = priceOf(textOf(entry["price"]) ?? "");
    const prices = entryPrice && appliedPrices(entryPrice, counts);
    const rows = UNITS.flatMap(([unit, label, priceName]): Row[] => {
      const count = countOf(counts, unit);
      if (count === undefined) return [];
      const price = prices?.[priceName];
      if (price === undefined) return [[`  ${label}`, grouped(count), "", ""]];
      // To the nano-dollar; the model's sum above is the one that is rounded, once.
      const cost = (BigInt(count) * price) / MILLION;
      return [
        [`  ${label}`, grouped(count), exactDollars(price.toString()), formatUsd(nanoUsd(cost))],
      ];
    });
    const others = UNPRICED_UNITS.flatMap(([unit, label]): Row[] => {
      const count = countOf(counts, unit);
      return count === undefined ? [] : [[`  ${label}`, grouped(count), "", ""]];
    });
    return [
      [fitText(plainText(name), 34), "", "", exactDollars(amountOf(entry["cost_nano_usd"]))],
      ...rows,
      ...others,
      ...termRows(entry, entryPrice),
    ];
  };
}

/** What multiplies the sum of the units. */
function termRows(
  entry: Readonly<Record<string, unknown>>,
  price: PriceEntry | undefined,
): readonly Row[] {
  return TERMS.flatMap((term): Row[] => {
    const value = textOf(entry[term]);
    if (value === undefined || USUAL.has(value)) return [];
    const percent =
      term === "speed"
        ? price?.fastPercent
        : term === "inference_geo"
          ? price?.usPercent
          : undefined;
    const factor = percent === undefined ? "" : `x ${percent / 100}`;
    return [[`  ${term.replaceAll("_", " ")}: ${plainText(value)}`, "", factor, ""]];
  });
}

function appliedPrices(
  price: PriceEntry,
  counts: Readonly<Record<string, unknown>>,
): PriceEntry["prices"] {
  const prompt = ["input", "cache_read", "cache_write5m", "cache_write1h"]
    .map((unit) => countOf(counts, unit) ?? 0)
    .reduce((sum, count) => sum + count, 0);
  const { longPrompt } = price;
  return longPrompt !== undefined && prompt > longPrompt.aboveTokens
    ? longPrompt.prices
    : price.prices;
}

function countOf(counts: Readonly<Record<string, unknown>>, unit: string): number | undefined {
  const count = counts[unit];
  return Number.isSafeInteger(count) ? Number(count) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function amountOf(value: unknown): NanoUsdJson {
  return typeof value === "number" || typeof value === "string" ? value : null;
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:[0-9]{3})+$)/g, ",");
}
