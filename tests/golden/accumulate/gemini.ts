import assert from "node:assert/strict";
import { at, isRecord, textAt } from "../../conformance/exchange.ts";
import { listAt } from "../../upstream/model-api.ts";
import type { Frame } from "../frames.ts";

/** The response that a stream of responses tells: every part of them, with the pieces of one text joined. */
export function accumulateGemini(frames: readonly Frame[]): unknown {
  const chunks = frames.map(({ data }) => data);
  const candidates = chunks.map((chunk) => listAt(chunk, "candidates")[0]);
  const reasons = candidates.map((each) => at(each, "finishReason"));
  assert.deepEqual(reasons.slice(0, -1).filter(Boolean), [], "one end");
  assert.ok(reasons.at(-1), "an end");
  const parts = candidates.flatMap((each) => listAt(at(each, "content"), "parts"));
  const last = Object(candidates.at(-1));
  return {
    ...Object(chunks.at(-1)),
    candidates: [{ ...last, content: { role: "model", parts: joinTexts(parts) } }],
  };
}

/** An empty text carries nothing but what stands beside it. */
function joinTexts(parts: readonly unknown[]): readonly unknown[] {
  const joined: Readonly<Record<string, unknown>>[] = [];
  for (const part of parts.filter(isRecord)) {
    const before = joined.at(-1);
    const [said, more] = [textAt(before, "text"), textAt(part, "text")];
    const isMore = said !== undefined && more !== undefined;
    if (isMore && before?.["thought"] === part["thought"])
      joined[joined.length - 1] = { ...before, ...part, text: said + more };
    else if (Object.keys(part).length > 1 || part["text"] !== "") joined.push(part);
  }
  return joined;
}
