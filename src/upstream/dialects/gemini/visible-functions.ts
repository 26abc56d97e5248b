import type { Block, CanonicalRequest, FunctionTool } from "../../../canonical/index.ts";

/**
 * The functions that the model may see: all but those deferred ones which the client's own search has not found yet.
 *
 * Where the search was Anthropic's, nothing here could find them, so all are sent.
 */
export function visibleFunctions(request: CanonicalRequest): readonly FunctionTool[] {
  const functions = request.tools.filter((tool) => tool.type === "function");
  const isSearchedThere = request.tools.some(
    (tool) => tool.type === "server" && tool.kind.startsWith("tool_search_tool"),
  );
  if (isSearchedThere || functions.every(({ isDeferred }) => !isDeferred)) return functions;
  const found = new Set(request.turns.flatMap(({ content }) => content.flatMap(referenced)));
  const chosen = request.toolChoice?.type === "tool" ? request.toolChoice.name : undefined;
  return functions.filter(
    ({ name, isDeferred }) => !isDeferred || found.has(name) || name === chosen,
  );
}

function referenced(block: Block): readonly unknown[] {
  if (block.type === "tool_result") return block.content.flatMap(referenced);
  return block.type === "opaque" && block.kind === "tool_reference" ? [block.raw["tool_name"]] : [];
}
