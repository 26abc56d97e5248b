import { type AnswerContext, type Message, messageEvents } from "../../src/canonical/index.ts";
import type { AnswerFacts } from "../../src/exchange/dialect.ts";
import { factsOf } from "../../src/ingress/openai-responses/answer.fixture.ts";
import { openAiResponsesDialect } from "../../src/ingress/openai-responses/index.ts";

export const CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };

export const ANSWER: AnswerFacts = factsOf();

/** The text of the stream that tells a message. */
export function writeStream(message: Message, facts: AnswerFacts = ANSWER): string {
  const writer = openAiResponsesDialect.canonical.openWriter(facts);
  return messageEvents(message)
    .map((event) => writer.push(event))
    .join("");
}
