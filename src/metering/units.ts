/** What one model consumed; undefined is unknown or not applicable, never zero. */
export interface Units {
  /** Prompt tokens that were neither read from nor written to a cache. */
  readonly input?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite5m?: number | undefined;
  readonly cacheWrite1h?: number | undefined;
  /** All generated tokens. */
  readonly output?: number | undefined;
  /** The part of `output` that is thinking; for information, never priced again. */
  readonly reasoning?: number | undefined;
  readonly webSearches?: number | undefined;
  readonly webFetches?: number | undefined;
}

/** One model's part in an exchange. */
export interface UsageEntry {
  readonly model: string;
  /** `message`, `compaction`, `advisor_message`, `fallback_message`, or whatever the provider names next. */
  readonly kind: string;
  readonly units: Units;
  readonly serviceTier?: string | undefined;
  readonly speed?: string | undefined;
  readonly inferenceGeo?: string | undefined;
}

export interface Usage {
  readonly entries: readonly UsageEntry[];
  /** Some figure was no count at all or out of range, and was bounded or left out. */
  readonly suspect: boolean;
}

/** Sums that reports add up; undefined where any part of the sum is unknown. */
export interface TokenSums {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** 5-minute and 1-hour writes together. */
  readonly cacheWrite?: number | undefined;
}

/** Adds up the entries of an exchange. */
export function sumTokens(usage: Usage): TokenSums {
  return {
    input: strictSum(usage.entries.map(({ units }) => units.input)),
    output: strictSum(usage.entries.map(({ units }) => units.output)),
    cacheRead: sumOfKnown(usage.entries.map(({ units }) => units.cacheRead)),
    cacheWrite: sumOfKnown(
      usage.entries.flatMap(({ units }) => [units.cacheWrite5m, units.cacheWrite1h]),
    ),
  };
}

/** The whole prompt: what length tiers go by. */
export function promptTokens(units: Units): number {
  return (
    (units.input ?? 0) +
    (units.cacheRead ?? 0) +
    (units.cacheWrite5m ?? 0) +
    (units.cacheWrite1h ?? 0)
  );
}

/** Every message has input and output, so a missing part makes the sum unknown. */
function strictSum(parts: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined;
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum = (sum ?? 0) + part;
  }
  return sum;
}

/** Not every model caches, so a missing part says nothing. */
function sumOfKnown(parts: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined;
  for (const part of parts) {
    if (part !== undefined) sum = (sum ?? 0) + part;
  }
  return sum;
}
