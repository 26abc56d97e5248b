import type { AnswerContext, StreamEvent } from "../../src/canonical/index.ts";
import { geminiDialect, traitsOf } from "../../src/upstream/dialects/gemini/index.ts";
import { parseEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";

export const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };
export const TRAITS = traitsOf("gemini-3-pro", "ai-studio");

/** The events of a stream whose bytes come in pieces. */
export function readPieces(
  pieces: readonly Buffer[],
  context: AnswerContext = NO_CONTEXT,
): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  const reader = geminiDialect.openStream(TRAITS, context);
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.finish();
  return [...events, ...reader.end()];
}
