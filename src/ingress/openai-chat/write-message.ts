import { type JsonObject, type Message, messageEvents } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import type { AnswerDelta } from "./answer-delta.ts";
import { AnswerDeltas } from "./answer-deltas.ts";
import { answerFrame, callForm } from "./answer-frame.ts";
import { collectDeltas } from "./collect-deltas.ts";
import { finishReason } from "./finish-reason.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

/** A whole answer as the API gives it: what its stream would have told, put together. */
export function writeMessage(message: Message, facts: AnswerFacts): JsonObject {
  const form = callForm(facts);
  const writer = new AnswerDeltas(form);
  const deltas = messageEvents(message).flatMap((event): readonly AnswerDelta[] =>
    event.type === "block" || event.type === "delta" || event.type === "block_end"
      ? writer.push(event)
      : [],
  );
  const said = collectDeltas([...deltas, ...writer.end()]);
  const { stopReason, stopSequence, usage } = message;
  const choice = {
    index: 0,
    message: said,
    logprobs: null,
    finish_reason: finishReason(stopReason, { calls: writer.calls, form }),
    ...(stopSequence === undefined ? {} : { stop_reason: stopSequence }),
  };
  return {
    ...answerFrame(message.id, "chat.completion", facts),
    choices: [choice],
    usage: writeUsage(usage, {
      input: facts.estimatedInputTokens,
      output: tokensOf(JSON.stringify(said).length),
    }),
  };
}
