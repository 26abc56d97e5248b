import { nanoUsd } from "../base/money.ts";
import {
  type DisplayCurrency,
  type NanoUsdJson,
  nanoUsdJson,
  shortMoney,
  type TokensView,
  tokensView,
} from "./amount-view.ts";
import type { Activity, ActivityQuery, UsageQuery, UsageRow, UsageTotals } from "./contract.ts";

/** Sums in JSON. What is not known is counted beside them, never taken for zero. */
export interface TotalsView {
  readonly requests: number;
  /** Of these, still running. */
  readonly running: number;
  readonly tokens: TokensView;
  /** Finished model calls of which no usage is known. */
  readonly unknown_usage: number;
  /** Finished with usage, but without a price. */
  readonly unpriced: number;
  readonly cost_nano_usd: NanoUsdJson;
  readonly cost: string;
}

export interface BookView extends TotalsView {
  /** Null: requests that are still running. Money of `subscription` is notional. */
  readonly book: string | null;
}

export interface GroupView extends BookView {
  /** Null where the exchanges name none. */
  readonly group: string | null;
  /** What people call it, where that is not the group itself: the name of a key. */
  readonly name: string | null;
}

/** What was used from `from` up to, and without, `to`. */
export interface UsageView {
  readonly from: string;
  readonly to: string;
  readonly by: string | null;
  /** By whose calendar a day begins. */
  readonly time_zone: string;
  readonly currency: string;
  readonly rate: string;
  readonly books: readonly BookView[];
  /** Empty without `by`. */
  readonly groups: readonly GroupView[];
}

/** An amount in JSON, exact and in the display currency. */
export interface AmountView {
  readonly cost_nano_usd: NanoUsdJson;
  readonly cost: string;
}

/** What the calendar month has cost so far, and would have cost at list prices alone. */
export interface MonthView {
  readonly from: string;
  /** Billed to a key: the books `api` and `overflow`. */
  readonly paid: AmountView;
  /** Covered by the subscription, at list prices. */
  readonly notional: AmountView;
  /** Both together: the month without the subscription. */
  readonly without_subscription: AmountView;
  /** Model calls that no amount here counts: without usage, and with usage but without a price. */
  readonly unknown_usage: number;
  readonly unpriced: number;
}

/** What `/me/usage` and `spillway usage` give: the asked period, and the month that now is. */
export interface UsageReport extends UsageView {
  readonly month: MonthView;
}

/** Adds up the rows of a month that began at `fromMs`. */
export function monthView(
  rows: readonly UsageRow[],
  fromMs: number,
  display: DisplayCurrency,
): MonthView {
  const sumOf = (books: readonly UsageRow[]) => books.reduce(add, NOTHING);
  const paid = sumOf(rows.filter(({ book }) => book === "api" || book === "overflow"));
  const notional = sumOf(rows.filter(({ book }) => book === "subscription"));
  const all = add(paid, notional);
  const amount = ({ cost }: UsageTotals): AmountView => ({
    cost_nano_usd: nanoUsdJson(cost),
    cost: shortMoney(cost, display),
  });
  return {
    from: new Date(fromMs).toISOString(),
    paid: amount(paid),
    notional: amount(notional),
    without_subscription: amount(all),
    unknown_usage: all.unknownUsage,
    unpriced: all.unpriced,
  };
}

/** The asked period of a usage report. */
export function usageView(
  rows: readonly UsageRow[],
  query: UsageQuery,
  display: DisplayCurrency,
  nameOf: (group: string) => string | undefined = () => undefined,
): UsageView {
  const isGrouped = query.groupBy !== "none";
  return {
    ...periodView(query),
    by: isGrouped ? query.groupBy : null,
    currency: display.currency,
    rate: display.rate,
    books: byBook(rows).map(([book, totals]) => ({ book, ...totalsView(totals, display) })),
    groups: (isGrouped ? rows : []).map((row) => ({
      group: row.group ?? null,
      name: row.group === undefined ? null : (nameOf(row.group) ?? null),
      book: row.book ?? null,
      ...totalsView(row, display),
    })),
  };
}

/** The JSON of `/me/activity`. */
export function activityView(
  activity: Activity,
  query: ActivityQuery,
  display: DisplayCurrency,
): unknown {
  return {
    ...periodView(query),
    currency: display.currency,
    rate: display.rate,
    series: activity.series.map((row) => ({
      day: row.day,
      model: row.model ?? null,
      ...totalsView(row, display),
    })),
    top_models: activity.topModels.map((row) => ({
      model: row.model ?? null,
      ...totalsView(row, display),
    })),
  };
}

function periodView(
  period: Pick<ActivityQuery, "from" | "to" | "timeZone">,
): Pick<UsageView, "from" | "to" | "time_zone"> {
  return {
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    time_zone: period.timeZone ?? "UTC",
  };
}

const BOOK_ORDER = ["subscription", "api", "overflow", undefined] as const;

function byBook(rows: readonly UsageRow[]): readonly (readonly [string | null, UsageTotals])[] {
  return BOOK_ORDER.flatMap((book) => {
    const own = rows.filter((row) => row.book === book);
    return own.length === 0 ? [] : [[book ?? null, own.reduce(add, NOTHING)] as const];
  });
}

const NOTHING: UsageTotals = {
  requests: 0,
  running: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  unknownUsage: 0,
  cost: nanoUsd(0n),
  unpriced: 0,
};

function add(a: UsageTotals, b: UsageTotals): UsageTotals {
  return {
    requests: a.requests + b.requests,
    running: a.running + b.running,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    unknownUsage: a.unknownUsage + b.unknownUsage,
    cost: nanoUsd(a.cost + b.cost),
    unpriced: a.unpriced + b.unpriced,
  };
}

function totalsView(totals: UsageTotals, display: DisplayCurrency): TotalsView {
  return {
    requests: totals.requests,
    running: totals.running,
    tokens: tokensView({
      input: totals.inputTokens,
      output: totals.outputTokens,
      cacheRead: totals.cacheReadTokens,
      cacheWrite: totals.cacheWriteTokens,
    }),
    unknown_usage: totals.unknownUsage,
    unpriced: totals.unpriced,
    cost_nano_usd: nanoUsdJson(totals.cost),
    cost: shortMoney(totals.cost, display),
  };
}
