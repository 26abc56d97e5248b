/**
 * Gives each call of a conversation an id that no other call has: some upstreams count anew in every turn. An id depends only
 * on what came before it, so a conversation that grows keeps its prefix.
 */
export class UniqueIds {
  readonly #fit: (id: string) => string;
  readonly #taken: Set<string>;

  /** `fit` makes an id one that the reader takes, and leaves alone what it made; two ids may become one. */
  constructor(fit: (id: string) => string, taken: Iterable<string> = []) {
    this.#fit = fit;
    this.#taken = new Set(taken);
  }

  assign(id: string): string {
    const base = this.#fit(id);
    let free = base;
    for (let copy = 2; this.#taken.has(free); copy += 1) free = this.#fit(`${base}_${copy}`);
    this.#taken.add(free);
    return free;
  }
}
