import { formatUsd, nanoUsd } from "../../base/money.ts";
import { costOfMoving, PAID_ALREADY, type TokenPrices } from "./turn-cost.ts";
import type { WarmPlace } from "./warm-places.ts";

/** A candidate as affinity sees it. */
export interface Choosable {
  /** As `placeKey` has it. */
  readonly place: string;
  /** For people. */
  readonly name: string;
  /** The model's plain id, whoever serves it: only the same one can stand in for an order that the operator wrote. */
  readonly family: string;
  /** Undefined: nobody knows. */
  readonly prices: TokenPrices | undefined;
}

/** Whose order it is: the operator's, which has a meaning; the price's; or one that only spreads. */
export type OrderedBy = "operator" | "price" | "spread";

export interface Preference<T> {
  readonly candidates: readonly T[];
  /** What came of it; undefined: the cache made no difference. */
  readonly kept?: Kept | undefined;
  readonly note?: string | undefined;
}

/** The conversation stayed, or left its cache behind. */
export interface Kept {
  readonly decision: "stayed" | "left";
  /** What moving costs more in this turn, nano-dollars; undefined: a price is unknown. */
  readonly movingNano: bigint | undefined;
}

/**
 * Keeps a conversation where its cache is warm, unless its order is by price and moving is cheaper, or it means another model.
 * Never adds or drops a candidate. `fresh` is what the request adds to the cache, in tokens.
 */
export function preferWarm<T extends Choosable>(
  candidates: readonly T[],
  warm: WarmPlace | undefined,
  fresh: number,
  by: OrderedBy,
): Preference<T> {
  const [first] = candidates;
  const stay = candidates.find(({ place }) => place === warm?.place);
  if (warm === undefined || first === undefined || stay === undefined || stay === first) {
    return { candidates };
  }
  const movingNano = priceOfMoving(stay, first, warm, fresh);
  const tokens = tokensText(warm);
  if (!stays(stay, first, by, movingNano)) {
    const note = `${tokens} stay behind in the cache of ${stay.name}${moneyText(movingNano)}`;
    return { candidates, kept: { decision: "left", movingNano }, note };
  }
  return {
    candidates: [stay, ...candidates.filter((candidate) => candidate !== stay)],
    kept: { decision: "stayed", movingNano },
    note: `stays at ${stay.name}, where ${tokens} are in the cache; ${first.name} would be next${moneyText(movingNano)}`,
  };
}

/**
 * A plan that is paid for comes back at once, and so does the operator's first model. Where load is only spread a session
 * stays whatever the other costs: new sessions are spread, and by price alone the cheapest place would end up with all.
 */
function stays(
  stay: Choosable,
  first: Choosable,
  by: OrderedBy,
  movingNano: bigint | undefined,
): boolean {
  if (first.prices === PAID_ALREADY) return false;
  if (by === "spread") return true;
  if (by === "operator" && stay.family !== first.family) return false;
  return movingNano === undefined ? by === "operator" : movingNano > 0n;
}

/** What a turn elsewhere costs more than one with the cache; undefined where a price is unknown. */
export function priceOfMoving(
  from: Choosable,
  to: Choosable,
  { tokens, output }: WarmPlace,
  fresh: number,
): bigint | undefined {
  if (from.prices === undefined || to.prices === undefined) return undefined;
  return costOfMoving(from.prices, to.prices, { warm: tokens, fresh, output });
}

export function tokensText({ tokens }: WarmPlace): string {
  return `${tokens.toLocaleString("en")} tokens`;
}

/** `, $0.9123 more for this turn`; empty where nobody knows. */
export function moneyText(movingNano: bigint | undefined): string {
  if (movingNano === undefined) return "";
  const isLess = movingNano < 0n;
  const amount = formatUsd(nanoUsd(isLess ? -movingNano : movingNano), { digits: 4 });
  return `, ${amount} ${isLess ? "less" : "more"} for this turn`;
}
