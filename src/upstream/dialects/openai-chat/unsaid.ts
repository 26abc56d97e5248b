import { isObject } from "../../../base/json.ts";
import type { CanonicalRequest, Turn } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";

/** Notes what parts of a request carry for the client's own dialect alone. */
export function noteUnsaid(request: CanonicalRequest, lose: Lose): void {
  noteExtras("tools[]", request.tools, lose);
  noteExtras("turns[]", request.turns, lose);
  noteExtras("content[]", [...request.system, ...request.turns.flatMap(allContent)], lose);
}

function allContent({ content }: Turn): readonly object[] {
  return content.flatMap((block): readonly object[] =>
    block.type === "tool_result" ? [block, ...block.content] : [block],
  );
}

function noteExtras(place: string, parts: readonly object[], lose: Lose): void {
  for (const part of parts) {
    const extra = "extra" in part && isObject(part.extra) ? part.extra : {};
    for (const name of Object.keys(extra)) lose(`${place}.${name}`);
  }
}
