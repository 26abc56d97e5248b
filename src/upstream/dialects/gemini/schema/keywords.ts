import type { JsonObject } from "../../../../canonical/index.ts";
import { valuesOf } from "./types.ts";

/** Every keyword that may stand in a node; `items`, `properties`, `required`, `anyOf` and `nullable` are written beside these. */
export const ALLOWED_KEYWORDS: ReadonlySet<string> = new Set([
  "type",
  "format",
  "title",
  "description",
  "nullable",
  "enum",
  "items",
  "minItems",
  "maxItems",
  "properties",
  "required",
  "minProperties",
  "maxProperties",
  "minLength",
  "maxLength",
  "pattern",
  "example",
  "anyOf",
  "propertyOrdering",
  "default",
  "minimum",
  "maximum",
]);

const TEXTS = ["title", "description", "pattern"];
const NUMBERS_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  array: ["minItems", "maxItems"],
  object: ["minProperties", "maxProperties"],
  string: ["minLength", "maxLength"],
  number: ["minimum", "maximum"],
  integer: ["minimum", "maximum"],
};

/**
 * AI Studio refuses a request with another format of text.
 * @source https://firebase.google.com/docs/reference/js/ai.schemashared (read 2026-11-25)
 */
const FORMATS_BY_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: ["enum", "date-time"],
  number: ["float", "double"],
  integer: ["int32", "int64"],
};

/** The keywords of a node that can stay as they are, with its type and its enum. */
export function copyKeywords(node: JsonObject, type: string): JsonObject {
  const copied: Record<string, unknown> = { type };
  for (const key of TEXTS) {
    if (typeof node[key] === "string" && node[key] !== "") copied[key] = node[key];
  }
  for (const key of NUMBERS_BY_TYPE[type] ?? []) {
    if (Number.isFinite(node[key])) copied[key] = node[key];
  }
  const format = node["format"];
  if (typeof format === "string" && FORMATS_BY_TYPE[type]?.includes(format) === true) {
    copied["format"] = format;
  }
  for (const key of ["default", "example"]) {
    if (node[key] !== undefined && node[key] !== null) copied[key] = node[key];
  }
  return { ...copied, ...enumOf(node, type) };
}

/** Only text may be listed: a list of numbers goes into the description, so that the model still answers with numbers. */
function enumOf(node: JsonObject, type: string): JsonObject {
  const values = valuesOf(node)?.filter((value) => value !== null && value !== "") ?? [];
  if (values.length === 0) return {};
  if (type === "string") {
    return {
      enum: values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))),
    };
  }
  const words = `One of: ${values.map((value) => JSON.stringify(value)).join(", ")}`;
  const description = node["description"];
  return { description: typeof description === "string" ? `${description} ${words}` : words };
}
