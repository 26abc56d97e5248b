import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  AnswerContext,
  JsonObject,
  Message,
  UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerReader } from "./answer-reader.ts";
import { collectMessage } from "./collect-message.ts";

/** Reads a whole answer, as if it were a stream of one event. */
export function readMessage(
  body: JsonObject,
  context: AnswerContext,
): Result<Message, UpstreamError> {
  const reader = new AnswerReader(context);
  const message = collectMessage([...reader.take(body), ...reader.end()]);
  return message.ok ? ok(message.value) : fail(message.error);
}
