import { isObject } from "../../../base/json.ts";
import type { Block, CanonicalRequest } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";

/** Notes what Gemini has no member for. */
export function noteUnsaid(request: CanonicalRequest, lose: Lose): void {
  if (request.userId !== undefined) lose("userId");
  if (request.parallelToolCalls === false && request.tools.length > 0) lose("parallelToolCalls");
  for (const name of Object.keys(request.extra)) lose(name);
  noteMarks("tools[]", request.tools, lose);
  noteMarks("turns[]", request.turns, lose);
  noteMarks("content[]", [...request.system, ...request.turns.flatMap(allContent)], lose);
}

function allContent({ content }: CanonicalRequest["turns"][number]): readonly Block[] {
  return content.flatMap((block) =>
    block.type === "tool_result" ? [block, ...block.content] : [block],
  );
}

/** Any part of a request may carry something for its own dialect alone. */
function noteMarks(place: string, parts: readonly object[], lose: Lose): void {
  for (const part of parts) {
    if ("cache" in part && part.cache !== undefined) lose("cache");
    const extra = "extra" in part && isObject(part.extra) ? part.extra : {};
    for (const name of Object.keys(extra)) lose(`${place}.${name}`);
  }
}
