import type { ASTNode } from "@marcbachmann/cel-js";
import type { FactName } from "./facts.ts";

/** Texts that a rule can be looked up by, instead of being tried: facts that are one text each. */
const LOOKED_UP: ReadonlySet<string> = new Set<FactName>([
  "model",
  "tier",
  "provider",
  "class",
  "principal",
  "organisation",
  "key",
  "keyId",
  "client",
]);

/** What a header is called among the things that rules are looked up by. */
export const HEADER = "headers:";

/**
 * The texts one of which a fact must have for the expression to hold, by fact or `headers:<name>`; only what stands
 * alone between `&&` is seen. Where it does not hold the whole is false, or cannot be told; either way it does not match.
 */
export function necessaryIn(node: ASTNode): ReadonlyMap<string, readonly string[]> {
  if (node.op === "&&") {
    // Two demands on one fact: either of them is enough to look it up by.
    return new Map([...necessaryIn(node.args[1]), ...necessaryIn(node.args[0])]);
  }
  if (node.op === "==") {
    const [left, right] = node.args;
    return demand(left, [right]) ?? demand(right, [left]) ?? new Map();
  }
  if (node.op === "in") {
    const [item, list] = node.args;
    return (list.op === "list" ? demand(item, list.args) : undefined) ?? new Map();
  }
  return new Map();
}

function demand(
  subject: ASTNode,
  values: readonly ASTNode[],
): ReadonlyMap<string, readonly string[]> | undefined {
  const name = nameOf(subject);
  if (name === undefined) return undefined;
  const texts = values.map((value) => (value.op === "value" ? value.args : undefined));
  return texts.every((text) => typeof text === "string") ? new Map([[name, texts]]) : undefined;
}

function nameOf(node: ASTNode): string | undefined {
  if (node.op === "id") return LOOKED_UP.has(node.args) ? node.args : undefined;
  if (node.op !== "[]") return undefined;
  const [map, index] = node.args;
  const isHeader = map.op === "id" && map.args === "headers" && index.op === "value";
  return isHeader && typeof index.args === "string" ? `${HEADER}${index.args}` : undefined;
}
