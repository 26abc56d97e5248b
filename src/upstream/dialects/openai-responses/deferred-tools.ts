import type { Block, CanonicalRequest, FunctionTool } from "../../../canonical/index.ts";

/**
 * The functions that the model may know: of the deferred ones those that a search has found or that were called before.
 *
 * Where Anthropic's own search would have found them, nobody here can, so all of them are loaded.
 */
export function loadedTools({ tools, turns }: CanonicalRequest): readonly FunctionTool[] {
  const functions = tools.filter((tool): tool is FunctionTool => tool.type === "function");
  if (!functions.some(({ isDeferred }) => isDeferred)) return functions;
  if (tools.some((tool) => tool.type === "server" && tool.kind.startsWith("tool_search_tool_"))) {
    return functions;
  }
  const found = new Set(turns.flatMap(({ content }) => content.flatMap(namesIn)));
  return functions.filter(({ isDeferred, name }) => !isDeferred || found.has(name));
}

function namesIn(block: Block): readonly string[] {
  if (block.type === "tool_use") return [block.name];
  if (block.type === "tool_result") return block.content.flatMap(namesIn);
  const name = block.type === "opaque" ? block.raw["tool_name"] : undefined;
  return typeof name === "string" ? [name] : [];
}
