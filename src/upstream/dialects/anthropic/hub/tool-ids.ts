const VALID = /^[a-zA-Z0-9_-]+$/;
const INVALID_CHARACTER = /[^a-zA-Z0-9_-]/g;

/**
 * Gives every call of a conversation an id that the API takes: of its characters, and used once.
 *
 * Other providers count from zero in each turn, or write names with dots. The same conversation always gets the same
 * ids, and a later turn never changes an earlier one's.
 */
export class ToolIds {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  next(id: string): string {
    const base = VALID.test(id) ? id : id.replace(INVALID_CHARACTER, "_") || "call";
    let free = base;
    for (let count = 2; this.#taken.has(free); count += 1) free = `${base}_${count}`;
    this.#taken.add(free);
    return free;
  }
}
