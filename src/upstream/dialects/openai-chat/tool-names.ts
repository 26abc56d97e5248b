import { shortName, type WireRule } from "../../wire-names.ts";

/** Tool names as an upstream takes them, the same in every request. No two names become one. */
export class ToolNames {
  readonly #wireNames = new Map<string, string>();
  readonly #clientNames = new Map<string, string>();

  constructor(names: readonly string[], rule: WireRule) {
    // Those that stay come first, so that no shortened one takes their place.
    const isKept = (name: string): boolean => shortName(name, rule) === name;
    for (const name of names) if (isKept(name)) this.#pair(name, name);
    for (const name of names)
      if (!this.#wireNames.has(name)) this.#pair(name, this.#free(name, rule));
  }

  toWire(name: string): string {
    return this.#wireNames.get(name) ?? name;
  }

  /** By the upstream's name the client's. */
  get clientNames(): ReadonlyMap<string, string> {
    return this.#clientNames;
  }

  #pair(client: string, wire: string): void {
    this.#wireNames.set(client, wire);
    this.#clientNames.set(wire, client);
  }

  #free(name: string, rule: WireRule): string {
    let wire = shortName(name, rule);
    for (let copy = 2; this.#clientNames.has(wire); copy += 1) {
      wire = shortName(`${name}#${copy}`, rule);
    }
    return wire;
  }
}
