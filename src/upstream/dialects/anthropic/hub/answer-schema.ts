import { isObject } from "../../../../base/json.ts";
import type { JsonObject } from "../../../../canonical/index.ts";

/** What holds a model to a schema takes these formats of text, and refuses others. */
const FORMATS: ReadonlySet<unknown> = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "uri",
  "ipv4",
  "ipv6",
  "uuid",
]);
const KEPT: ReadonlySet<string> = new Set([
  "$ref",
  "type",
  "description",
  "title",
  "const",
  "enum",
  "required",
]);
/** Said in another way, or of no use to a model. */
const LEFT_OUT: ReadonlySet<string> = new Set(["additionalProperties", "$schema", "$id"]);
const MAX_DEPTH = 50;

/**
 * A schema that an answer can be held to: objects without further members, and every other condition as words in the
 * description. Undefined where that would change what is asked for: an object of any members, a schema too deep.
 * @source https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations, and what
 * `transformJSONSchema` of @anthropic-ai/sdk leaves (read 2026-11-25)
 */
export function answerSchema(schema: JsonObject): JsonObject | undefined {
  const converter = new Converter();
  const converted = converter.convert(schema, 0);
  return converter.isLossy ? undefined : converted;
}

class Converter {
  isLossy = false;

  convert(value: unknown, depth: number): JsonObject {
    if (!isObject(value) || depth > MAX_DEPTH) {
      this.isLossy = true;
      return {};
    }
    const { type } = value;
    const isListed =
      Array.isArray(type) && type.some((each) => each === "object" || each === "array");
    if (isListed) {
      const ofType = (each: unknown): JsonObject =>
        each === "object" || each === "array"
          ? this.convert({ ...value, type: each }, depth + 1)
          : { type: each };
      return { anyOf: type.map(ofType) };
    }
    const written: Record<string, unknown> = {};
    const unsaid: string[] = [];
    for (const [key, member] of Object.entries(value)) {
      if (LEFT_OUT.has(key)) continue;
      const said = this.#member(key, member, depth);
      if (said === undefined) unsaid.push(`${key}: ${JSON.stringify(member)}`);
      else written[key === "oneOf" ? "anyOf" : key] = said;
    }
    if (unsaid.length > 0) {
      const words = `{${unsaid.join(", ")}}`;
      const { description } = value;
      written["description"] =
        typeof description === "string" ? `${description}\n\n${words}` : words;
    }
    return type === "object" || "properties" in value ? this.#closed(written) : written;
  }

  /** Undefined: it can only be said in words. */
  #member(key: string, value: unknown, depth: number): unknown {
    if (KEPT.has(key)) return value;
    const deeper = (each: unknown): JsonObject => this.convert(each, depth + 1);
    switch (key) {
      case "properties":
      case "$defs":
      case "definitions":
        return isObject(value) ? mapValues(value, deeper) : undefined;
      case "anyOf":
      case "oneOf":
      case "allOf":
        return Array.isArray(value) ? value.map(deeper) : undefined;
      case "items":
        return deeper(value);
      case "format":
        return FORMATS.has(value) ? value : undefined;
      case "minItems":
        return value === 0 || value === 1 ? value : undefined;
      default:
        return undefined;
    }
  }

  #closed(object: JsonObject): JsonObject {
    const { properties } = object;
    // Nothing could stand in it, where anything was meant to.
    if (!isObject(properties) || Object.keys(properties).length === 0) this.isLossy = true;
    return { ...object, additionalProperties: false };
  }
}

function mapValues(object: JsonObject, map: (value: unknown) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}
