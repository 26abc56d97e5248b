import { fail, ok, type Result } from "../../../base/result.ts";
import {
  type AnswerContext,
  collectMessage,
  type JsonObject,
  type Message,
  type StreamEvent,
  type UpstreamError,
} from "../../../canonical/index.ts";
import { objectOf, objectsOf } from "../shared/fields.ts";
import { AnswerReader } from "./answer-reader.ts";

/** Reads a whole answer, as if its blocks came one after the other. */
export function readMessage(
  body: JsonObject,
  context: AnswerContext,
): Result<Message, UpstreamError> {
  const reader = new AnswerReader(context);
  const { message } = objectOf(body["output"]);
  reader.usage(body["usage"]);
  const events = [
    ...reader.start(),
    ...objectsOf(objectOf(message)["content"]).flatMap((block) => readBlock(block, reader)),
    ...(body["stopReason"] === undefined ? [] : reader.stop(body["stopReason"])),
    ...reader.end(),
  ];
  const collected = collectMessage(events);
  return collected.ok ? ok(collected.value) : fail(collected.error);
}

function readBlock(block: JsonObject, reader: AnswerReader): readonly StreamEvent[] {
  const { toolUse, reasoningContent } = block;
  if (toolUse !== undefined || block["toolResult"] !== undefined) {
    const { input = {} } = objectOf(toolUse);
    return [
      ...reader.block(block),
      ...reader.delta({ toolUse: { input: JSON.stringify(input) } }),
      ...reader.close(),
    ];
  }
  if (reasoningContent === undefined) return [...reader.delta(block), ...reader.close()];
  const { reasoningText, ...rest } = objectOf(reasoningContent);
  const told = { ...rest, ...objectOf(reasoningText) };
  return [...reader.delta({ reasoningContent: told }), ...reader.close()];
}
