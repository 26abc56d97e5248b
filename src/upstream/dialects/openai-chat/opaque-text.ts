import { isObject } from "../../../base/json.ts";
import type { OpaqueBlock } from "../../../canonical/index.ts";
import { objectsOf, textOf } from "./fields.ts";

/**
 * What another maker's model can have of a block that only Anthropic's API understands: a search's query, the titles and
 * addresses that it found, text that stands in it. Undefined where nothing of it can be said.
 */
export function opaqueText({ kind, raw }: OpaqueBlock): string | undefined {
  if (kind === "tool_reference") return `[The tool ${textOf(raw["tool_name"])} is loaded.]`;
  if (kind.endsWith("tool_use")) {
    return `[${textOf(raw["name"])}: ${JSON.stringify(raw["input"] ?? {})}]`;
  }
  const lines = linesOf(raw, 0);
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** Results nest their text a few levels deep; what is deeper is nothing to read. */
const MAX_DEPTH = 4;

function linesOf(value: unknown, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((each) => linesOf(each, depth + 1));
  if (!isObject(value)) return [];
  const heading = [value["title"], value["url"]].map(textOf).filter((part) => part !== "");
  return [
    ...(heading.length > 0 ? [heading.join(" ")] : []),
    ...["text", "stdout", "stderr", "content"].flatMap((key) => linesOf(value[key], depth + 1)),
  ];
}

/** The tools that a block says were found and may be called from now on. */
export function referencedTools({ kind, raw }: OpaqueBlock): readonly string[] {
  if (kind === "tool_reference") return [textOf(raw["tool_name"])];
  const content = raw["content"];
  const references = isObject(content) ? content["tool_references"] : content;
  return objectsOf(references).map((reference) => textOf(reference["tool_name"]));
}
