import { isObject } from "../../../base/json.ts";
import { type OpaqueBlock, openSnippet } from "../../../canonical/index.ts";
import { objectsOf, textOf } from "./fields.ts";
import type { Lose } from "./losses.ts";

/** Results nest their text a few levels deep; what is deeper is nothing to read. */
const MAX_DEPTH = 4;

/** Members in which text may stand. */
const TEXT_MEMBERS = ["text", "stdout", "stderr", "content"];

/**
 * What another maker's model can have of a block that only Anthropic's API understands: a search's query, the titles and
 * addresses that it found, what the pages said where the search was run here, text that stands in it. Undefined where nothing of it can be said.
 */
export function opaqueText({ kind, raw }: OpaqueBlock): string | undefined {
  if (kind === "tool_reference") return `[The tool ${textOf(raw["tool_name"])} is loaded.]`;
  if (kind.endsWith("tool_use")) {
    return `[${textOf(raw["name"])}: ${JSON.stringify(raw["input"] ?? {})}]`;
  }
  const lines = linesOf(raw, 0);
  return lines.length === 0 ? undefined : lines.join("\n");
}

/** The same, with a note that the rest of the block is lost; a reference to a tool is said whole. */
export function writeOpaque(block: OpaqueBlock, lose: Lose): string | undefined {
  if (block.kind !== "tool_reference") lose(`content[].${block.kind}`);
  return opaqueText(block);
}

/** The tools that a block says were found and may be called from now on. */
export function referencedTools({ kind, raw }: OpaqueBlock): readonly string[] {
  if (kind === "tool_reference") return [textOf(raw["tool_name"])];
  const content = raw["content"];
  const references = isObject(content) ? content["tool_references"] : content;
  return objectsOf(references).map((reference) => textOf(reference["tool_name"]));
}

function linesOf(value: unknown, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  if (typeof value === "string") return value.trim() === "" ? [] : [value];
  if (Array.isArray(value)) return value.flatMap((each) => linesOf(each, depth + 1));
  if (!isObject(value)) return [];
  const heading = [value["title"], value["url"]].map(textOf).filter((part) => part !== "");
  return [
    ...(heading.length > 0 ? [heading.join(" ")] : []),
    ...TEXT_MEMBERS.flatMap((member) => linesOf(value[member], depth + 1)),
    ...linesOf(openSnippet(value["encrypted_content"]), depth + 1),
  ];
}
