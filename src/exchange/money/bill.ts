import type { NanoUsd } from "../../base/money.ts";
import { nanoUsd, ZERO_USD } from "../../base/money.ts";
import {
  type Cost,
  type ModelPrices,
  meter,
  priceUsage,
  sumTokens,
  type Usage,
  type UsageSource,
} from "../../metering/index.ts";
import type { TokenTotals } from "../../store/record.ts";
import type { Observation } from "../../upstream/dialects/anthropic/index.ts";
import type { ClientCall } from "../call.ts";

/** What is known of an exchange when it is over. */
export interface Consumption {
  /** False for calls that are free by their nature: lists, counts, probes. */
  readonly mayCost: boolean;
  readonly requestedModel: string | undefined;
  /** Of the upstream's answer; undefined when there was none. */
  readonly status: number | undefined;
  readonly sent: boolean;
  readonly observation: Observation | undefined;
}

/** What an exchange used and what that costs, as the record keeps it. */
export interface Bill {
  readonly servedModel?: string | undefined;
  readonly stopReason?: string | undefined;
  readonly errorType?: string | undefined;
  readonly usageRaw?: string | undefined;
  readonly units?: string | undefined;
  readonly tokens: TokenTotals;
  /** Some of the prompt was written into a cache for an hour. */
  readonly writesForAnHour?: boolean;
  readonly usageSource: UsageSource;
  readonly suspect: boolean;
  /** Undefined is unknown, never free. */
  readonly cost?: NanoUsd | undefined;
  readonly priceVersion?: string | undefined;
}

const FREE_BILL: Bill = { tokens: {}, usageSource: "none", suspect: false, cost: ZERO_USD };
const UNKNOWN_BILL: Bill = { tokens: {}, usageSource: "unknown", suspect: false };

/** Works out usage and cost. What cannot be known stays unknown. */
export function bill(consumption: Consumption, prices: ModelPrices): Bill {
  const { observation, requestedModel } = consumption;
  if (!consumption.sent) return FREE_BILL;
  const seen = {
    servedModel: observation?.servedModel,
    stopReason: observation?.stopReason,
    errorType: observation?.errorType,
  };
  if (!consumption.mayCost || isRefused(consumption)) return { ...FREE_BILL, ...seen };
  if (observation === undefined) return { ...UNKNOWN_BILL, ...seen };
  const { usage, source } = meter(observation, { requestedModel, status: consumption.status });
  if (usage === undefined) {
    const known = source === "none" ? FREE_BILL : UNKNOWN_BILL;
    return { ...known, ...seen, usageRaw: asText(observation.usage) };
  }
  const cost = priceUsage(usage, prices.askedFor(requestedModel));
  return {
    ...seen,
    usageRaw: asText(observation.usage),
    units: unitsText(usage, cost),
    tokens: sumTokens(usage),
    writesForAnHour: usage.entries.some(({ units }) => (units.cacheWrite1h ?? 0) > 0),
    usageSource: source,
    suspect: usage.suspect,
    cost: cost.cost,
    priceVersion: cost.priceVersion,
  };
}

/** An error, or a redirect, was not generated, so nobody pays for it; but for one that tells of what a model made. */
function isRefused({ status, observation }: Consumption): boolean {
  return status !== undefined && status >= 300 && observation?.usage === undefined;
}

function asText(usage: Observation["usage"]): string | undefined {
  return usage === undefined ? undefined : JSON.stringify(usage);
}

/** Units by model with the price that was applied, so that the bill can be recomputed from the record alone. */
function unitsText(usage: Usage, { lines }: Cost): string {
  return JSON.stringify(
    usage.entries.map((entry, i) => ({
      ...entry,
      price: lines[i]?.priceId,
      costNanoUsd: lines[i]?.cost?.toString(),
    })),
  );
}

/** Whether the API may charge for a call. What is not known to be free is not called free. */
export function mayCost({ operation, path, request }: ClientCall): boolean {
  if (operation === "messages" || operation === "embeddings") return true;
  if (request.method !== "POST" || !path.startsWith("/v1/")) return false;
  return operation === "other" || path === "/v1/messages/batches";
}

/** One bill of several attempts' at one request: what is unknown in one is unknown of all. */
export function together(
  last: Bill,
  spent: readonly Bill[],
): Pick<Bill, "tokens" | "cost" | "units"> {
  if (spent.length === 0) return last;
  const all = [...spent, last];
  const costs = all.map(({ cost }) => cost);
  const isKnown = costs.every((cost) => cost !== undefined);
  const units = all.flatMap(({ units: text }) => (text === undefined ? [] : text.slice(1, -1)));
  return {
    tokens: {
      input: sumOf(all, "input"),
      output: sumOf(all, "output"),
      cacheRead: sumOf(all, "cacheRead"),
      cacheWrite: sumOf(all, "cacheWrite"),
    },
    // Only what was billed is summed, so each is a list of at least one.
    units: units.length === 0 ? undefined : `[${units.join(",")}]`,
    ...(isKnown
      ? { cost: costs.reduce((sum, cost) => nanoUsd(sum + (cost ?? 0n)), ZERO_USD) }
      : {}),
  };
}

function sumOf(bills: readonly Bill[], kind: keyof TokenTotals): number | undefined {
  const known = bills.flatMap(({ tokens }) => tokens[kind] ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
