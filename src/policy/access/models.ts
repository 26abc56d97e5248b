import { matchesGlob } from "../../base/glob.ts";

/**
 * True when a model is one that a list of patterns allows: ids, with `*` for any characters. An empty list allows all.
 *
 * ASCII letters match in either case, and the client's own `[1m]` at the end says nothing about the model. Everything
 * else is compared as it is: nothing is decoded or normalised, so what only looks like an allowed model is refused.
 */
export function allowsModel(patterns: readonly string[], model: string | undefined): boolean {
  if (patterns.length === 0) return true;
  if (model === undefined) return false;
  const id = comparable(model);
  return patterns.some((pattern) => matchesGlob(id, comparable(pattern)));
}

/** `toLowerCase` also turns the Kelvin sign into a k. */
function comparable(id: string): string {
  return id.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/\[1m\]$/, "");
}
