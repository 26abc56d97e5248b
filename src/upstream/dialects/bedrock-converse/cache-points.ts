import type { CacheMark, JsonObject } from "../../../canonical/index.ts";

/** Puts marks of what is to be cached behind what they end, as many as a model takes. Owned by one request's writer. */
export class CachePoints {
  #left: number;

  constructor(most: number) {
    this.#left = most;
  }

  /** The block, and the point behind it where it has a mark. */
  after(block: JsonObject, mark: CacheMark | undefined): readonly JsonObject[] {
    if (mark === undefined || this.#left === 0) return [block];
    this.#left -= 1;
    return [block, { cachePoint: { type: "default" } }];
  }
}
