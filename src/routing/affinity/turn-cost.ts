/** Nano-dollars for a million tokens; `undefined`: it has no cache, or none that costs extra. */
export interface TokenPrices {
  readonly input: bigint;
  readonly output: bigint;
  readonly cacheRead?: bigint | undefined;
  readonly cacheWrite?: bigint | undefined;
}

/** A session that is paid by the month: another turn costs nothing. */
export const PAID_ALREADY: TokenPrices = { input: 0n, output: 0n, cacheRead: 0n, cacheWrite: 0n };

/** One turn of a conversation, in tokens. */
export interface Turn {
  /** In the cache where it is warm. */
  readonly warm: number;
  /** What comes to it. */
  readonly fresh: number;
  readonly output: number;
}

const MILLION = 1_000_000n;

/** What a turn costs in nano-dollars where its prompt is in the cache, or where it has to be written anew. */
export function turnCost(prices: TokenPrices, turn: Turn, isWarm: boolean): bigint {
  const { input, output, cacheRead = input, cacheWrite = input } = prices;
  const known = BigInt(turn.warm) * (isWarm ? cacheRead : cacheWrite);
  return (known + BigInt(turn.fresh) * cacheWrite + BigInt(turn.output) * output) / MILLION;
}

/** What leaving a warm cache costs for this turn; negative where the other place is cheaper all the same. */
export function costOfMoving(from: TokenPrices, to: TokenPrices, turn: Turn): bigint {
  return turnCost(to, turn, false) - turnCost(from, turn, true);
}
