import type { Block, CanonicalRequest, FunctionTool } from "../../../canonical/index.ts";
import { referencedTools } from "./opaque-text.ts";

/** A search that Anthropic would run, by its versioned type: `tool_search_tool_regex_20251119`. */
const SERVER_SEARCH = /^tool_search_tool_/;

/**
 * The tools that the model is shown: a deferred one when the conversation says that it was found, or calls it. Where the search itself
 * cannot run, nothing would ever be found, so all are shown.
 */
export function sentTools({ tools, turns }: CanonicalRequest): readonly FunctionTool[] {
  const functions = tools.filter((tool) => tool.type === "function");
  if (!functions.some(({ isDeferred }) => isDeferred)) return functions;
  if (tools.some((tool) => tool.type === "server" && SERVER_SEARCH.test(tool.kind))) {
    return functions;
  }
  const found = new Set(turns.flatMap(({ content }) => content.flatMap(namedIn)));
  return functions.filter(({ isDeferred, name }) => !isDeferred || found.has(name));
}

function namedIn(block: Block): readonly string[] {
  if (block.type === "opaque") return referencedTools(block);
  if (block.type === "tool_use") return [block.name];
  return block.type === "tool_result" ? block.content.flatMap(namedIn) : [];
}
