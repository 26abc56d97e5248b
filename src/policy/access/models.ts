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
  return patterns.some((pattern) => matches(comparable(pattern), id));
}

/** `toLowerCase` also turns the Kelvin sign into a k. */
function comparable(id: string): string {
  return id.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/\[1m\]$/, "");
}

/** By searching for the parts between the stars in turn: no input becomes a regular expression. */
function matches(pattern: string, id: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return id === first;
  if (!id.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = id.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return id.length - last.length >= from && id.endsWith(last);
}
