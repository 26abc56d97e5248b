import type { AnswerContext, StreamEvent } from "../../src/canonical/index.ts";
import { openAiResponses } from "../../src/upstream/dialects/openai-responses/index.ts";
import { TRAITS } from "../../src/upstream/dialects/openai-responses/traits.fixture.ts";
import { parseEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";

const CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

/** Larger than any recorded event: pictures come within one. */
const WINDOW_BYTES = 16 * 2 ** 20;

/** Reads a stream whose bytes come in chunks of these sizes, over and over. */
export function readStream(bytes: Buffer, sizes: readonly number[]): readonly StreamEvent[] {
  const reader = openAiResponses.openStream(TRAITS, CONTEXT);
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  }, WINDOW_BYTES);
  for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    splitter.push(bytes.subarray(from, from + size));
    from += size;
  }
  splitter.finish();
  return [...events, ...reader.end()];
}
