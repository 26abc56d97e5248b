import type { ServerTool } from "../../../canonical/index.ts";

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
