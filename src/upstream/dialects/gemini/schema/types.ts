import type { JsonObject } from "../../../../canonical/index.ts";

const KNOWN: ReadonlySet<unknown> = new Set([
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
]);

/** The types of a node, as it says them or as its other keywords tell; `null` among them makes it nullable. */
export function readTypes(node: JsonObject): {
  readonly types: readonly string[];
  readonly isNullable: boolean;
} {
  const said = Array.isArray(node["type"]) ? node["type"] : [node["type"]];
  const lower = said.map((type) => (typeof type === "string" ? type.toLowerCase() : type));
  const types = [...new Set(lower.filter((type) => KNOWN.has(type)).map(String))];
  const values = valuesOf(node) ?? [];
  const isNullable = lower.includes("null") || node["nullable"] === true || values.includes(null);
  return { types: types.length > 0 ? types : [inferred(node)], isNullable };
}

/** The values that a node allows; undefined where it does not list them. */
export function valuesOf(node: JsonObject): readonly unknown[] | undefined {
  if (Object.hasOwn(node, "const")) return [node["const"]];
  return Array.isArray(node["enum"]) ? node["enum"] : undefined;
}

function inferred(node: JsonObject): string {
  if ("properties" in node || "additionalProperties" in node) return "object";
  if ("items" in node || "prefixItems" in node) return "array";
  const values = (valuesOf(node) ?? []).filter((value) => value !== null);
  const [first] = values;
  const isUniform = values.every((value) => typeof value === typeof first);
  if (isUniform && (typeof first === "number" || typeof first === "boolean")) return typeof first;
  if ("minimum" in node || "maximum" in node) return "number";
  return "string";
}
