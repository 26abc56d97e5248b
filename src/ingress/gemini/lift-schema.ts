import { isObject } from "../../base/json.ts";
import type { JsonObject } from "../../canonical/index.ts";

/** A schema is not nested deeper; what is deeper stays as it is. */
const MAX_DEPTH = 100;

/** Written as text, for they are 64-bit on this wire. */
const COUNTS: ReadonlySet<string> = new Set([
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
]);
const ONE: ReadonlySet<string> = new Set(["items", "additionalProperties", "not"]);
const LISTS: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAPS: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
/** Said in another way below. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "nullable",
  "propertyOrdering",
  "property_ordering",
  "example",
]);

/**
 * A schema of this API as JSON Schema: types in lower case, `nullable` as a type, counts as numbers, the order of the
 * properties as it is asked for. What is JSON Schema already stays.
 * @source https://ai.google.dev/api/caching#Schema (read 2026-11-25)
 */
export function liftSchema(schema: JsonObject): JsonObject {
  return lift(schema, 0);
}

function lift(node: JsonObject, depth: number): JsonObject {
  const lifted: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    if (LEFT_OUT.has(key)) continue;
    const read = liftMember(camelCase(key), value, depth);
    if (read !== undefined) lifted[camelCase(key)] = read;
  }
  if (node["example"] !== undefined) lifted["examples"] ??= [node["example"]];
  const ordered = { ...lifted, ...inOrder(lifted["properties"], orderOf(node)) };
  return node["nullable"] === true ? withNull(ordered) : ordered;
}

function liftMember(key: string, value: unknown, depth: number): unknown {
  if (key === "type") return liftType(value);
  if (key === "format" && value === "enum") return undefined;
  if (COUNTS.has(key)) return typeof value === "string" ? Number(value) : value;
  if (ONE.has(key)) return child(value, depth);
  if (LISTS.has(key) && Array.isArray(value)) return value.map((each) => child(each, depth));
  if (MAPS.has(key) && isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, child(each, depth)]),
    );
  }
  return value;
}

function child(value: unknown, depth: number): unknown {
  return isObject(value) && depth < MAX_DEPTH ? lift(value, depth + 1) : value;
}

function liftType(type: unknown): unknown {
  if (Array.isArray(type)) return type.map(liftType);
  if (typeof type !== "string") return type;
  return type === "TYPE_UNSPECIFIED" ? undefined : type.toLowerCase();
}

function withNull(node: JsonObject): JsonObject {
  const { type, anyOf } = node;
  const values = node["enum"];
  const nullable = Array.isArray(values) && !values.includes(null) ? [...values, null] : values;
  const listed = nullable === undefined ? {} : { enum: nullable };
  if (typeof type === "string") return { ...node, type: [type, "null"], ...listed };
  if (Array.isArray(anyOf)) return { ...node, anyOf: [...anyOf, { type: "null" }], ...listed };
  return { ...node, ...listed };
}

function orderOf(node: JsonObject): readonly unknown[] {
  const order = node["propertyOrdering"] ?? node["property_ordering"];
  return Array.isArray(order) ? order : [];
}

function inOrder(properties: unknown, order: readonly unknown[]): JsonObject {
  if (!isObject(properties) || order.length === 0) return {};
  const first = order.filter(
    (name): name is string => typeof name === "string" && Object.hasOwn(properties, name),
  );
  const moved = Object.fromEntries(first.map((name) => [name, properties[name]]));
  return { properties: { ...moved, ...properties, ...moved } };
}

/** Only keywords of this API come in snake case; every name of a property is the client's own. */
function camelCase(key: string): string {
  return /^(?:any|min|max|additional|prefix)_[a-z]+$/.test(key)
    ? key.replace(/_([a-z])/, (_, letter: string) => letter.toUpperCase())
    : key;
}
