import { type JsonObject, type Message, messageEvents } from "../../canonical/index.ts";
import { finishMembers } from "./finish-reason.ts";
import { PartWriter } from "./part-writer.ts";
import { groundingMembers } from "./server-parts.ts";
import { writeResponse } from "./write-response.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

/** What the client is told that the upstream does not know. */
export interface AnswerOptions {
  readonly model: string;
  /** Stands in for the input where the upstream tells no usage. */
  readonly estimatedInputTokens: number;
}

/** A whole answer as the API gives it. Write it with `JSON.stringify`: long numbers in arguments need it. */
export function writeMessage(message: Message, options: AnswerOptions): JsonObject {
  const writer = new PartWriter(true);
  const told = messageEvents(message).flatMap((event) =>
    event.type === "block" || event.type === "delta" || event.type === "block_end"
      ? writer.push(event)
      : [],
  );
  const parts = [...told, ...writer.finish()];
  const usage = writeUsage(message.usage, {
    input: options.estimatedInputTokens,
    output: tokensOf(JSON.stringify(parts).length),
  });
  return writeResponse(
    { id: message.id, model: options.model },
    parts.length === 0 ? [{ text: "" }] : parts,
    {
      ...finishMembers(message.stopReason, writer.brokenCall),
      ...groundingMembers(writer.grounding),
    },
    { usageMetadata: usage },
  );
}
