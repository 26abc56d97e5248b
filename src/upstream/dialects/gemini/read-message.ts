import { fail, ok, type Result } from "../../../base/result.ts";
import {
  type AnswerContext,
  collectMessage,
  type JsonObject,
  type Message,
  type UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerReader } from "./answer-reader.ts";

/** Reads a whole answer, as if it were a stream of one event. */
export function readMessage(
  body: JsonObject,
  context: AnswerContext,
): Result<Message, UpstreamError> {
  const reader = new AnswerReader(context);
  const message = collectMessage([...reader.take(body), ...reader.end()]);
  return message.ok ? ok(message.value) : fail(message.error);
}
