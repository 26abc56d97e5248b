import { at } from "../conformance/exchange.ts";
import { failure, message } from "./answer.ts";
import { text, thinking, toolUse } from "./messages.ts";
import { listAt, MODEL_USAGE, type ModelApi, plainText, textAt } from "./model-api.ts";

/** Anthropic's Messages; the proof of the reasoning is its signature. */
export const messagesApi: ModelApi = {
  dialect: "Messages",
  answer: (turn) =>
    message({
      content: [
        ...(turn.reasoning === undefined ? [] : [thinking(turn.reasoning, turn.proof)]),
        ...(turn.text === undefined ? [] : [text(turn.text)]),
        ...(turn.calls ?? []).map(({ id, name, input }) => toolUse(name, input, id)),
      ],
      usage: {
        input_tokens: MODEL_USAGE.inputTotal - MODEL_USAGE.cacheRead,
        cache_read_input_tokens: MODEL_USAGE.cacheRead,
        cache_creation_input_tokens: 0,
      },
      finalUsage: { output_tokens: MODEL_USAGE.output },
    }),
  failure: (status, code, words, headers = []) => failure(status, words, headers, code),
  modelOf: (request) => at(request.json(), "model"),
  outputsIn: (body) =>
    blocksIn(body)
      .filter((block) => at(block, "type") === "tool_result")
      .map((block) => ({
        call: textAt(block, "tool_use_id"),
        output: plainText(at(block, "content")),
      })),
  proofsIn: (body) =>
    blocksIn(body)
      .filter((block) => at(block, "type") === "thinking")
      .map((block) => textAt(block, "signature")),
};

function blocksIn(body: unknown): readonly unknown[] {
  return listAt(body, "messages").flatMap((turn) => listAt(turn, "content"));
}
