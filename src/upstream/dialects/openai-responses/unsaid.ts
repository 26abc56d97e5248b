import { isObject } from "../../../base/json.ts";
import type { CanonicalRequest, Turn } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";

/** Notes what this dialect has no member for. */
export function noteUnsaid(request: CanonicalRequest, lose: Lose): void {
  if (request.topK !== undefined) lose("topK");
  if (request.stopSequences.length > 0) lose("stopSequences");
  if (request.turns.at(-1)?.role === "assistant") lose("prefill");
  for (const name of Object.keys(request.extra)) lose(name);
  noteMarks("tools[]", request.tools, lose);
  noteMarks("turns[]", request.turns, lose);
  noteMarks("content[]", [...request.system, ...request.turns.flatMap(allContent)], lose);
}

function allContent({ content }: Turn): readonly object[] {
  return content.flatMap((block): readonly object[] =>
    block.type === "tool_result" ? [block, ...block.content] : [block],
  );
}

/** Cache marks, and what any part of a request carries for its own dialect alone. */
function noteMarks(place: string, parts: readonly object[], lose: Lose): void {
  for (const part of parts) {
    if ("cache" in part && part.cache !== undefined) lose("cache");
    const extra = "extra" in part && isObject(part.extra) ? part.extra : {};
    for (const name of Object.keys(extra)) lose(`${place}.${name}`);
  }
}
