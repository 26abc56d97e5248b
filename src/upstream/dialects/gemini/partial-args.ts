import { isObject } from "../../../base/json.ts";

/** Arguments that grow: maps, so that no name in a path reaches a prototype. */
type Tree = Map<string, unknown>;

const MAX_STEPS = 64;

/**
 * Puts together the arguments of a call that come in pieces: each a path and a value, text to be continued.
 * @source https://docs.cloud.google.com/php/docs/reference/cloud-ai-platform/latest/V1.PartialArg (read 2026-11-25)
 */
export class PartialArgs {
  readonly #root: Tree = new Map();

  /** Takes arguments that came whole. */
  merge(args: unknown): void {
    if (!isObject(args)) return;
    for (const [name, value] of Object.entries(args)) this.#root.set(name, value);
  }

  add(piece: unknown): void {
    if (!isObject(piece) || typeof piece["jsonPath"] !== "string") return;
    const steps = stepsOf(piece["jsonPath"]);
    const last = steps.at(-1);
    if (last === undefined || steps.length > MAX_STEPS) return;
    let node = this.#root;
    for (const step of steps.slice(0, -1)) node = childOf(node, step);
    const before = node.get(last);
    const value = valueOf(piece);
    node.set(
      last,
      typeof before === "string" && typeof value === "string" ? before + value : value,
    );
  }

  /** JSON text of an object. */
  toJson(): string {
    return JSON.stringify(plain(this.#root));
  }
}

function childOf(node: Tree, step: string): Tree {
  const found = node.get(step);
  if (found instanceof Map) return found;
  const made: Tree = new Map();
  node.set(step, made);
  return made;
}

function valueOf(piece: Readonly<Record<string, unknown>>): unknown {
  for (const key of ["stringValue", "numberValue", "boolValue"]) {
    if (piece[key] !== undefined) return piece[key];
  }
  return null;
}

/** `$.a['b c'][0]` as its steps; an index is told from a name by its key in the result. */
function stepsOf(path: string): readonly string[] {
  const steps = path.matchAll(
    /\.([^.[\]]+)|\[(\d{1,5})\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]/g,
  );
  return [...steps].map(([, name, index, single, double]) => {
    if (index !== undefined) return `${INDEX}${index}`;
    return name ?? (single ?? double ?? "").replace(/\\(.)/g, "$1");
  });
}

/** No name of an argument begins with it. */
const INDEX = "\u0000";

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(
    ([key, inner]: [unknown, unknown]) => [String(key), plain(inner)] as const,
  );
  const isList = entries.length > 0 && entries.every(([key]) => key.startsWith(INDEX));
  if (!isList)
    return Object.fromEntries(entries.map(([key, inner]) => [key.replace(INDEX, ""), inner]));
  return entries
    .toSorted(([a], [b]) => Number(a.slice(1)) - Number(b.slice(1)))
    .map(([, inner]) => inner);
}
