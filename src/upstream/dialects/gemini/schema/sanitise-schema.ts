import { isObject } from "../../../../base/json.ts";
import type { JsonObject } from "../../../../canonical/index.ts";
import { copyKeywords } from "./keywords.ts";
import { type RefTrail, resolveRef } from "./resolve-refs.ts";
import { readTypes } from "./types.ts";

/** Beyond these a schema is cut to plain objects: inlined references can grow without bounds. */
const MAX_DEPTH = 24;
const MAX_NODES = 5_000;

interface Place {
  readonly root: JsonObject;
  readonly trail: RefTrail;
  readonly depth: number;
  /** Shared by the whole schema. */
  readonly budget: { nodes: number };
}

/**
 * A JSON Schema in the subset of OpenAPI that `parameters` and `responseSchema` take; an unknown keyword there fails the
 * whole request.
 *
 * References are put in place, `const` and enums become enums of text or a description, lists of types become `nullable`
 * or `anyOf`, `oneOf` becomes `anyOf`, `allOf` is merged.
 * @source https://googleapis.github.io/js-genai/release_docs/interfaces/types.Schema.html (read 2026-11-25)
 */
export function sanitiseSchema(schema: JsonObject): JsonObject {
  return convert(schema, { root: schema, trail: [], depth: 0, budget: { nodes: MAX_NODES } });
}

function convert(value: unknown, place: Place): JsonObject {
  place.budget.nodes -= 1;
  if (!isObject(value)) return { type: "string" };
  if (place.depth > MAX_DEPTH || place.budget.nodes < 0) return { type: "object" };
  const { node, trail } = resolveRef(value, place.root, place.trail);
  const inner = { ...place, trail, depth: place.depth + 1 };
  const whole = withAllOf(node, inner);
  const { types, isNullable } = readTypes(whole);
  const nullable = isNullable ? { nullable: true } : {};
  const choices = choicesOf(whole);
  if (choices.length > 0 && !isObject(whole["properties"])) {
    return anyOf(choices, whole, inner, isNullable);
  }
  if (types.length > 1) {
    const { type: _, ...rest } = whole;
    return anyOf(
      types.map((type) => ({ ...rest, type })),
      {},
      inner,
      isNullable,
    );
  }
  const type = types[0] ?? "string";
  return { ...copyKeywords(whole, type), ...nullable, ...children(whole, type, inner) };
}

function children(node: JsonObject, type: string, place: Place): JsonObject {
  if (type === "array") return { items: convert(itemOf(node), place) };
  if (type !== "object" || !isObject(node["properties"])) return {};
  const names = Object.keys(node["properties"]).filter((name) => name !== "__proto__");
  const properties = names.map((name) => [name, convert(at(node["properties"], name), place)]);
  const wanted = new Set(listOf(node["required"]));
  const required = names.filter((name) => wanted.has(name));
  return {
    ...(names.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** `anyOf` stands alone in its node: what stood beside it goes into each choice. */
function anyOf(
  choices: readonly unknown[],
  node: JsonObject,
  place: Place,
  isNullable: boolean,
): JsonObject {
  const { anyOf: _, oneOf: __, enum: ___, const: ____, ...beside } = node;
  const typed = choices.filter((choice) => !isNull(choice));
  const isOptional = isNullable || typed.length < choices.length;
  const written = typed.map((choice) => {
    const schema = convert(isObject(choice) ? { ...beside, ...choice } : beside, place);
    return isOptional ? asNullable(schema) : schema;
  });
  const [only] = written;
  return only !== undefined && written.length === 1 ? only : { anyOf: written };
}

/** A choice between others says it in each of them. */
function asNullable(schema: JsonObject): JsonObject {
  const { anyOf: choices } = schema;
  if (!Array.isArray(choices)) return { ...schema, nullable: true };
  return { anyOf: choices.map((choice) => asNullable(objectOf(choice))) };
}

function withAllOf(node: JsonObject, place: Place): JsonObject {
  const { allOf, ...rest } = node;
  const members = listOf(allOf).filter(isObject);
  return members.reduce<JsonObject>((merged, member) => {
    place.budget.nodes -= 1;
    const { node: resolved, trail } = resolveRef(member, place.root, place.trail);
    const { allOf: nested, ...plain } = resolved;
    const isCut = nested === undefined || place.depth > MAX_DEPTH || place.budget.nodes < 0;
    const inner = isCut ? plain : withAllOf(resolved, { ...place, trail, depth: place.depth + 1 });
    return {
      ...inner,
      ...merged,
      ...(inner["properties"] === undefined && merged["properties"] === undefined
        ? {}
        : { properties: mergedMembers(merged["properties"], inner["properties"]) }),
      required: [...listOf(merged["required"]), ...listOf(inner["required"])],
    };
  }, rest);
}

/** In the order of both; where both have one, the first wins. */
function mergedMembers(first: unknown, second: unknown): JsonObject {
  return { ...objectOf(first), ...objectOf(second), ...objectOf(first) };
}

function choicesOf(node: JsonObject): readonly unknown[] {
  const choices = [...listOf(node["anyOf"]), ...listOf(node["oneOf"])];
  return choices.some((choice) => !isNull(choice)) ? choices : [];
}

/** A tuple has no form here; its first place stands for all. */
function itemOf(node: JsonObject): unknown {
  const items = Array.isArray(node["items"]) ? node["items"] : [node["items"]];
  return items[0] ?? listOf(node["prefixItems"])[0];
}

function isNull(choice: unknown): boolean {
  return isObject(choice) && choice["type"] === "null";
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function at(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
