import { isObject } from "../../../base/json.ts";
import {
  type AnswerContext,
  parseExact,
  type StreamEvent,
  type StreamReader,
} from "../../../canonical/index.ts";
import { AnswerReader } from "./answer-reader.ts";

const MAX_EVENT_BYTES = 64 * 2 ** 20;

/** Reads a stream of `streamGenerateContent?alt=sse`, which ends with its connection and no mark of its own. */
export function openStream(context: AnswerContext): StreamReader {
  const reader = new AnswerReader(context);
  return {
    push({ data }) {
      // Some proxies put OpenAI's mark behind everything.
      if (data.trim() === "" || data.trim() === "[DONE]") return [];
      const value = parseExact(data, { maxBytes: MAX_EVENT_BYTES });
      const responses = Array.isArray(value) ? value : [value];
      return responses.flatMap((response: unknown): readonly StreamEvent[] =>
        isObject(response)
          ? reader.take(response)
          : reader.fail({
              kind: "server",
              message: "the upstream sent an event that cannot be read",
            }),
      );
    },
    end: () => reader.end(),
  };
}
