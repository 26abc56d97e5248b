/** Draws that follow from a seed alone. */
export interface Draws {
  /** From 0 to 1. */
  readonly next: () => number;
  /** A whole number below `end`. */
  readonly below: (end: number) => number;
  readonly between: (least: number, most: number) => number;
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Each with an even chance, in order; may be empty. */
  readonly some: <T>(list: readonly T[]) => T[];
}

/** Mulberry32. */
export function drawsOf(seed: number): Draws {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    between: (least, most) => least + below(most - least + 1),
    chance: (share) => next() < share,
    pick<T>(list: readonly T[]): T {
      const index = below(list.length);
      for (const drawn of list.slice(index, index + 1)) return drawn;
      throw new Error("nothing to draw from");
    },
    some: (list) => list.filter(() => next() < 0.5),
  };
}
