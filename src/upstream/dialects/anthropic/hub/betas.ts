import { isObject } from "../../../../base/json.ts";
import type { CanonicalRequest, JsonObject } from "../../../../canonical/index.ts";

/**
 * The betas without which members of the body are refused.
 *
 * Members that came as extras are the client's, and so are their betas: it sent them in a header of its own.
 * @source https://platform.claude.com/docs/en/api/beta-headers (read 2026-11-21)
 */
export function neededBetas(request: CanonicalRequest, body: JsonObject): readonly string[] {
  const { system, turns, tools } = request;
  const hasEffort = "output_config" in body && request.effort !== undefined;
  const hasSystemTurn = turns.some(({ role }) => role === "system");
  const marked = [...system, ...tools, ...turns.flatMap(({ content }) => content)];
  const hasLongCache = marked.some((part) => "cache" in part && part.cache?.ttl === "1h");
  const { thinking } = body;
  // A model that adapts its thinking thinks between calls unasked.
  const thinksBetweenCalls =
    isObject(thinking) && thinking["type"] === "enabled" && tools.length > 0;
  return [
    ...(hasEffort ? ["effort-2025-11-24"] : []),
    ...(hasSystemTurn ? ["mid-conversation-system-2026-04-07"] : []),
    ...(hasLongCache ? ["extended-cache-ttl-2025-04-11"] : []),
    ...(thinksBetweenCalls ? ["interleaved-thinking-2025-05-14"] : []),
  ];
}
