import { type NanoUsd, nanoUsd } from "../base/money.ts";
import type { ModelPrices } from "./catalogue.ts";
import type { NanoPrices, PriceEntry } from "./price-entry.ts";
import { promptTokens, type Units, type Usage, type UsageEntry } from "./units.ts";

/** What changes a price besides the model; asked of the request where the usage does not say. */
export interface PriceTerms {
  readonly serviceTier?: string | undefined;
  readonly speed?: string | undefined;
  readonly inferenceGeo?: string | undefined;
}

export interface CostLine {
  readonly model: string;
  readonly kind: string;
  readonly units: Units;
  /** Undefined when the model, or one of the units that it used, has no price. */
  readonly priceId: string | undefined;
  /** The lines of a priced usage add up to its cost exactly. */
  readonly cost: NanoUsd | undefined;
}

export interface Cost {
  /** Undefined when any part is unknown: it is never zero for want of a price. */
  readonly cost: NanoUsd | undefined;
  /** The ids of all prices that were used; undefined when none was. */
  readonly priceVersion: string | undefined;
  /** Models without a price for what they did. */
  readonly unpriced: readonly string[];
  readonly lines: readonly CostLine[];
}

/** Prices are for a million, and three percentages multiply them. */
const SCALE = 1_000_000n * 100n ** 3n;
const WITHOUT_PERCENTAGES = 100n ** 3n;

/**
 * Half of input and output for batches.
 * @source https://platform.claude.com/docs/en/about-claude/pricing (read 2026-11-20)
 */
export const BATCH_PERCENT = 50;

/** Prices what an exchange consumed, in integer nano-dollars, rounded up once for the whole. */
export function priceUsage(usage: Usage, prices: ModelPrices, terms: PriceTerms = {}): Cost {
  const lines: CostLine[] = [];
  const unpriced = new Set<string>();
  const versions = new Set<string>();
  let isKnown = true;
  let total = 0n;
  for (const entry of usage.entries) {
    const price = prices.find(entry.model);
    const scaledCost = price && scaledCostOf(entry, price, terms);
    const isCounted = entry.units.input !== undefined && entry.units.output !== undefined;
    const { model, kind, units } = entry;
    if (price === undefined || scaledCost === undefined) unpriced.add(model);
    else versions.add(price.id);
    if (price === undefined || scaledCost === undefined || !isCounted) {
      isKnown = false;
      const priceId = scaledCost === undefined ? undefined : price?.id;
      lines.push({ model, kind, units, priceId, cost: undefined });
      continue;
    }
    const before = toNanoUsd(total);
    total += scaledCost;
    const cost = nanoUsd(toNanoUsd(total) - before);
    lines.push({ model, kind, units, priceId: price.id, cost });
  }
  return {
    cost: isKnown ? toNanoUsd(total) : undefined,
    priceVersion: versions.size === 0 ? undefined : [...versions].join(","),
    unpriced: [...unpriced],
    lines,
  };
}

function toNanoUsd(scaledCost: bigint): NanoUsd {
  return nanoUsd((scaledCost + SCALE - 1n) / SCALE);
}

/** In nano-dollars times `SCALE`; undefined when a unit or a term has no price. */
function scaledCostOf(entry: UsageEntry, price: PriceEntry, terms: PriceTerms): bigint | undefined {
  const { units } = entry;
  const isLong =
    price.longPrompt !== undefined && promptTokens(units) > price.longPrompt.aboveTokens;
  const prices = isLong && price.longPrompt ? price.longPrompt.prices : price.prices;
  const percentages = percentagesOf(entry, price, terms);
  const tokens = tokenCost(units, prices);
  const searches = part(units.webSearches, prices.webSearch);
  if (percentages === undefined || tokens === undefined || searches === undefined) return undefined;
  return tokens * percentages + searches * WITHOUT_PERCENTAGES;
}

function tokenCost(units: Units, prices: NanoPrices): bigint | undefined {
  const read = part(units.cacheRead, prices.cacheRead);
  const write5m = part(units.cacheWrite5m, prices.cacheWrite5m);
  const write1h = part(units.cacheWrite1h, prices.cacheWrite1h);
  if (read === undefined || write5m === undefined || write1h === undefined) return undefined;
  const input = BigInt(units.input ?? 0) * prices.input;
  const output = BigInt(units.output ?? 0) * prices.output;
  return input + output + read + write5m + write1h;
}

/** Nothing used costs nothing, priced or not. */
function part(count: number | undefined, price: bigint | undefined): bigint | undefined {
  if (count === undefined || count === 0) return 0n;
  return price === undefined ? undefined : BigInt(count) * price;
}

/** The product of three percentages; undefined for a mode that the model has no price for. */
function percentagesOf(
  entry: UsageEntry,
  price: PriceEntry,
  terms: PriceTerms,
): bigint | undefined {
  const isAdvisor = entry.kind === "advisor_message";
  const speed = percentOfSpeed(entry.speed ?? (isAdvisor ? undefined : terms.speed), price);
  const geo = percentOfGeo(entry.inferenceGeo ?? terms.inferenceGeo, price);
  if (speed === undefined || geo === undefined) return undefined;
  const tier = percentOfTier(entry.serviceTier ?? terms.serviceTier, price);
  return BigInt(speed * geo * tier);
}

/** A tier of which nothing is known is shown with the bill, and costs what the usual one does. */
function percentOfTier(tier: string | undefined, { tierPercents }: PriceEntry): number {
  if (tier === undefined) return 100;
  return tierPercents?.get(tier) ?? (tier === "batch" ? BATCH_PERCENT : 100);
}

function percentOfSpeed(speed: string | undefined, price: PriceEntry): number | undefined {
  if (speed === undefined || speed === "standard") return 100;
  return speed === "fast" ? price.fastPercent : undefined;
}

function percentOfGeo(geo: string | undefined, price: PriceEntry): number | undefined {
  if (geo === undefined || geo === "global" || geo === "not_available") return 100;
  return geo === "us" ? price.usPercent : undefined;
}
