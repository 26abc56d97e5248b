import type { Stage, Strategy, Target } from "../target.ts";
import { byWeight, totalWeight } from "./by-weight.ts";

/** What a strategy looks at. Everything is asked for at most once for each target. */
export interface StrategyView {
  /** From 0 to 1. */
  readonly random: () => number;
  /** Nano-dollars for a request of this size; undefined: unknown. */
  readonly priceOf: (target: Target) => bigint | undefined;
  /** Usual time to the first byte; undefined: not known yet. */
  readonly latencyMsOf: (target: Target) => number | undefined;
  /** How often a stage had its turn before this one. */
  readonly turnOf: (stage: string) => number;
}

/** One target with the reason for which it stands where it stands. */
export interface Placed {
  readonly target: Target;
  readonly reason: string;
}

type Order = (stage: Stage, view: StrategyView) => readonly Placed[];

const ORDERS: Readonly<Record<Strategy, Order>> = {
  priority: ({ targets }) => targets.map((target, i) => placed(target, `priority ${i + 1}`)),
  weighted: drawn,
  price: byPrice,
  latency: byLatency,
  round_robin: inTurn,
};

/** The targets of a stage, every one of them once, the first to be tried first. */
export function order(stage: Stage, view: StrategyView): readonly Placed[] {
  return ORDERS[stage.strategy](stage, view);
}

function drawn({ targets }: Stage, { random }: StrategyView): readonly Placed[] {
  const total = totalWeight(targets) || 1;
  return byWeight(targets, random()).map((target) =>
    placed(target, `weight ${percent((target.weight ?? 1) / total)}`),
  );
}

/** What has no known price comes last, in the order of the configuration. */
function byPrice({ targets }: Stage, { priceOf }: StrategyView): readonly Placed[] {
  const priced = targets.map((target) => ({ target, price: priceOf(target) }));
  return priced
    .toSorted((a, b) => comparePrices(a.price, b.price))
    .map(({ target, price }, i) => {
      if (price === undefined) return placed(target, "its price is not known");
      return placed(target, i === 0 ? "the cheapest" : `price ${i + 1}`);
    });
}

function comparePrices(a: bigint | undefined, b: bigint | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  return a < b ? -1 : 1;
}

/**
 * The faster of two that are drawn comes first, so that no single one gets everything and all stay measured; one that was
 * never measured counts as fast. The others follow by their times.
 */
function byLatency({ targets }: Stage, { random, latencyMsOf }: StrategyView): readonly Placed[] {
  const timed = targets.map((target) => ({ target, ms: latencyMsOf(target) }));
  const pair = draw(timed.length, random);
  const [first] = pair.flatMap((i) => timed[i] ?? []).toSorted(byMs);
  const rest = timed.filter((each) => each !== first).toSorted(byMs);
  return [...(first === undefined ? [] : [first]), ...rest].map(({ target, ms }) =>
    placed(
      target,
      ms === undefined ? "not measured yet" : `first byte in about ${Math.round(ms)} ms`,
    ),
  );
}

/** Two different positions, or the only one. */
function draw(count: number, random: () => number): readonly number[] {
  const one = Math.min(count - 1, Math.floor(random() * count));
  if (count < 2) return [one];
  const other = Math.min(count - 2, Math.floor(random() * (count - 1)));
  return [one, other < one ? other : other + 1];
}

function byMs(a: { readonly ms: number | undefined }, b: { readonly ms: number | undefined }) {
  return (a.ms ?? -1) - (b.ms ?? -1);
}

function inTurn({ name, targets }: Stage, { turnOf }: StrategyView): readonly Placed[] {
  const first = turnOf(name) % targets.length;
  return [...targets.slice(first), ...targets.slice(0, first)].map((target, i) =>
    placed(target, i === 0 ? "its turn" : "after the one whose turn it is"),
  );
}

function placed(target: Target, reason: string): Placed {
  return { target, reason };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
