import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";

/** Keywords that are refused at the top of a tool's schema, and nowhere below. */
const COMBINATORS = ["anyOf", "oneOf", "allOf"] as const;
const REFUSED: ReadonlySet<string> = new Set([...COMBINATORS, "not", "enum", "const"]);

/**
 * A tool's schema as upstreams take it: an object at the top, with its properties named. What stood in alternatives at the
 * top is offered all together, none of it required; one such tool would fail every request that it is in.
 * @source https://platform.openai.com/docs/guides/structured-outputs#supported-schemas (read 2026-11-25)
 * @source https://github.com/anthropics/claude-code/issues/5319 (read 2026-11-25)
 */
export function toolParameters(schema: JsonObject, lose: Lose): JsonObject {
  const kept = Object.entries(schema).filter(([key]) => !REFUSED.has(key));
  if (kept.length < Object.keys(schema).length) lose("tools[].schema");
  const alternatives = COMBINATORS.flatMap((key) => {
    const list = schema[key];
    return Array.isArray(list) ? list.filter(isObject) : [];
  });
  const properties = [...alternatives, schema].map((part) => part["properties"]).filter(isObject);
  return {
    ...Object.fromEntries(kept),
    type: "object",
    properties: Object.assign({}, ...properties),
  };
}
