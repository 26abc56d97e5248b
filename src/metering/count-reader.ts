import { isObject } from "../base/json.ts";

/** No request comes near this; a figure beyond it is an upstream's error and must not become a bill. */
export const MAX_COUNT = 100_000_000;
/** The same for what a server tool did, each at the price of thousands of tokens. */
export const MAX_TOOL_CALLS = 100_000;

/** Reads counts from a provider's usage object and remembers whether any was out of range. */
export class CountReader {
  #isSuspect = false;

  get isSuspect(): boolean {
    return this.#isSuspect;
  }

  /** An integer of 0 to `max`; undefined when the field is missing, null, or no number. */
  count(parent: unknown, key: string, max = MAX_COUNT): number | undefined {
    const value = isObject(parent) ? parent[key] : undefined;
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number" || Number.isNaN(value)) {
      this.#isSuspect = true;
      return undefined;
    }
    const bounded = Math.ceil(Math.min(Math.max(value, 0), max));
    if (bounded !== value) this.#isSuspect = true;
    return bounded;
  }
}
