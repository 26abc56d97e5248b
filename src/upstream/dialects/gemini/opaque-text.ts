import { isObject } from "../../../base/json.ts";
import type { OpaqueBlock } from "../../../canonical/index.ts";

/**
 * What a model of another maker can have of a block that only Anthropic's API understands: a search's query, the titles
 * and addresses that it found, text that stands in it. Undefined where nothing of it can be said.
 */
export function opaqueText({ kind, raw }: OpaqueBlock): string | undefined {
  if (kind === "tool_reference") return `[The tool ${String(raw["tool_name"])} is loaded.]`;
  if (kind.endsWith("tool_use")) {
    return `[${String(raw["name"])}: ${JSON.stringify(raw["input"] ?? {})}]`;
  }
  const lines = linesOf(raw, 0);
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Results nest their text a few levels deep; what is deeper is nothing to read. */
const MAX_DEPTH = 4;

function linesOf(value: unknown, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") return value === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((each) => linesOf(each, depth + 1));
  if (!isObject(value)) return [];
  const heading = [value["title"], value["url"]].filter((part) => typeof part === "string");
  return [
    ...(heading.length > 0 ? [heading.join(" ")] : []),
    ...["text", "stdout", "stderr", "content"].flatMap((key) => linesOf(value[key], depth + 1)),
  ];
}
