import type { Block, CanonicalRequest, FunctionTool } from "../../../canonical/index.ts";
import { referencedTools } from "./opaque-text.ts";
import { isToolSearch } from "./server-tools.ts";

/**
 * The functions that the model is shown: a deferred one where the conversation says that it was found, or calls it, or it has
 * to be called now. Where the search is Anthropic's own, nothing here could find any, so all are shown.
 */
export function shownFunctions(request: CanonicalRequest): readonly FunctionTool[] {
  const { tools, turns, toolChoice } = request;
  const functions = tools.filter((tool) => tool.type === "function");
  if (!functions.some(({ isDeferred }) => isDeferred)) return functions;
  if (tools.some((tool) => tool.type === "server" && isToolSearch(tool))) return functions;
  const found = new Set(turns.flatMap(({ content }) => content.flatMap(namesIn)));
  if (toolChoice?.type === "tool") found.add(toolChoice.name);
  return functions.filter(({ isDeferred, name }) => !isDeferred || found.has(name));
}

function namesIn(block: Block): readonly string[] {
  if (block.type === "opaque") return referencedTools(block);
  if (block.type === "tool_use") return [block.name];
  return block.type === "tool_result" ? block.content.flatMap(namesIn) : [];
}
