import { createHash } from "node:crypto";

interface OpenCall {
  readonly id: string;
  /** As the client said it; undefined where it said none. */
  readonly told: string | undefined;
  readonly name: string;
}

/**
 * Gives the calls of one conversation ids, for this API has none or repeats them, and finds the call that a result answers.
 *
 * An id depends only on what stands before it, so that a conversation that grows keeps its prefix.
 */
export class CallIds {
  readonly #taken = new Set<string>();
  readonly #byTold = new Map<string, string>();
  #open: OpenCall[] = [];
  #count = 0;

  /** A model's turn begins: calls that were not answered until now never are. */
  beginTurn(): void {
    this.#open = [];
  }

  call(told: string | undefined, name: string): string {
    const id = this.#free(told, name);
    this.#open.push({ id, told, name });
    if (told !== undefined) this.#byTold.set(told, id);
    return id;
  }

  /** The id of the call that is answered: by the told id, then by the name, in the calls' order. */
  answer(told: string | undefined, name: string): string {
    const byId =
      told === undefined ? undefined : this.#open.findIndex((open) => open.told === told);
    const found = byId !== undefined && byId >= 0 ? byId : this.#byName(told, name);
    const [call] = found < 0 ? [] : this.#open.splice(found, 1);
    if (call !== undefined) return call.id;
    const earlier = told === undefined ? undefined : this.#byTold.get(told);
    return earlier ?? this.#free(told, name);
  }

  #byName(told: string | undefined, name: string): number {
    return this.#open.findIndex(
      (open) => open.name === name && (told === undefined || open.told === undefined),
    );
  }

  #free(told: string | undefined, name: string): string {
    let id = told;
    for (let salt = 0; id === undefined || id === "" || this.#taken.has(id); salt += 1) {
      const seed = `${this.#count} ${salt} ${name}`;
      id = `call_${createHash("sha256").update(seed).digest("hex").slice(0, 24)}`;
    }
    this.#count += 1;
    this.#taken.add(id);
    return id;
  }
}
