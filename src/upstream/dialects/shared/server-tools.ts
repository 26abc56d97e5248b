import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import type { CanonicalRequest, ServerTool } from "../../../canonical/index.ts";

/** Versions of Anthropic's own tools are dates, and new ones keep coming. */
const VERSION = /_20\d{6}$/;

/** What a tool does, whatever its version: `web_search` of `web_search_20250305`. */
export function kindOf({ kind }: ServerTool): string {
  return kind.replace(VERSION, "");
}

/** Whether a tool has the name of one of Anthropic's own. */
export function isAnthropics({ kind }: ServerTool): boolean {
  return VERSION.test(kind);
}

/** What finds the deferred functions at Anthropic. */
export function isToolSearch({ kind }: ServerTool): boolean {
  return kind.startsWith("tool_search_tool");
}

export function isWebSearch(tool: ServerTool): boolean {
  return kindOf(tool) === "web_search";
}

/**
 * Why a request cannot go without the tools that nobody here runs: it has no other, or says that one of them is to be used,
 * and its answer would be made up. Undefined: they may be left out.
 */
export function refuseWithout(
  { model, tools, toolChoice }: CanonicalRequest,
  unmet: readonly ServerTool[],
): GatewayError | undefined {
  // Without the search for tools all deferred functions are sent, so nothing is missing.
  const missing = unmet.filter((tool) => !isToolSearch(tool));
  if (missing.length === 0 || toolChoice?.type === "none") return undefined;
  const isForced =
    toolChoice?.type === "tool" &&
    missing.some(({ name }) => name === toolChoice.name) &&
    !tools.some(({ type, name }) => type === "function" && name === toolChoice.name);
  const hasOther = tools.some((tool) => tool.type === "function" || !unmet.includes(tool));
  if (hasOther && !isForced) return undefined;
  const kinds = missing.map(({ kind }) => kind).join(" or ");
  const reason = hasOther ? "tool_choice names it" : "the request has no other tool";
  const remedy = missing.some(isWebSearch)
    ? "Configure a search provider (search.provider in spillway.yaml), send the request to a model that has it"
    : "Send the request to a model that has it";
  const message = `tools: ${model} has no ${kinds}, and ${reason}. ${remedy}, or turn the tool off in the client`;
  return gatewayError("not_translatable", message);
}
