/** Whose turn it is under the names that take turns. Owned by the house, one for each process; one entry for a virtual model. */
export class Turns {
  readonly #taken: Map<string, number>;

  constructor(taken: ReadonlyMap<string, number> = new Map()) {
    this.#taken = new Map(taken);
  }

  /** As they stand now; what is taken of the one is not seen by the other. */
  copy(): Turns {
    return new Turns(this.#taken);
  }

  /** How many there were before this one. */
  next(name: string): number {
    const taken = this.#taken.get(name) ?? 0;
    this.#taken.set(name, taken + 1);
    return taken;
  }
}
