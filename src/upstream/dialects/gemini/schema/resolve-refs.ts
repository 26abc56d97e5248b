import { isObject } from "../../../../base/json.ts";
import type { JsonObject } from "../../../../canonical/index.ts";

/** How often one reference may contain itself before it is cut. */
const MAX_RECURSION = 2;

/** References within which a node stands, innermost last. */
export type RefTrail = readonly string[];

/** A node with its reference put in place; members beside `$ref` win over the referenced ones. */
export function resolveRef(
  node: JsonObject,
  root: JsonObject,
  trail: RefTrail,
): { readonly node: JsonObject; readonly trail: RefTrail } {
  const ref = node["$ref"];
  if (typeof ref !== "string") return { node, trail };
  const { $ref: _, ...beside } = node;
  const isTooDeep = trail.filter((each) => each === ref).length >= MAX_RECURSION;
  const target = isTooDeep ? undefined : follow(ref, root);
  if (target === undefined) return { node: { type: "object", ...beside }, trail };
  return resolveRef({ ...target, ...beside }, root, [...trail, ref]);
}

/** What a JSON pointer within the same schema points at; undefined for anything else. */
function follow(ref: string, root: JsonObject): JsonObject | undefined {
  if (ref !== "#" && !ref.startsWith("#/")) return undefined;
  const steps = ref.split("/").slice(1).map(unescape);
  const found = steps.reduce<unknown>(
    (value, step) =>
      (isObject(value) && Object.hasOwn(value, step)) || isIndex(value, step)
        ? Reflect.get(value, step)
        : undefined,
    root,
  );
  return isObject(found) ? found : undefined;
}

function isIndex(value: unknown, step: string): value is readonly unknown[] {
  return Array.isArray(value) && /^\d{1,6}$/.test(step);
}

function unescape(step: string): string {
  const decoded = /%(?![0-9a-f]{2})/i.test(step) ? step : safeDecode(step);
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

function safeDecode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
