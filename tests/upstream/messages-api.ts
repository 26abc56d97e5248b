import { at } from "../conformance/exchange.ts";
import { failure, message, messageThenError } from "./answer.ts";
import { type Message, text, thinking, toolUse } from "./messages.ts";
import {
  listAt,
  MODEL_USAGE,
  type ModelApi,
  type ModelTurn,
  plainText,
  textAt,
} from "./model-api.ts";

/** Anthropic's Messages; the proof of the reasoning is its signature. */
export const messagesApi: ModelApi = {
  dialect: "Messages",
  answer: (turn) => message(toMessage(turn)),
  breakOff: (turn, words) =>
    messageThenError(toMessage(turn), 4, { type: "overloaded_error", message: words }),
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

function toMessage(turn: ModelTurn): Message {
  const { reasoning, proof, refusal, text: said = refusal, calls = [] } = turn;
  const stop = stopOf(turn);
  return {
    content: [
      ...(reasoning === undefined ? [] : [thinking(reasoning, proof)]),
      ...(said === undefined ? [] : [text(said)]),
      ...calls.map(({ id, name, input }) => toolUse(name, input, id)),
    ],
    ...(stop === undefined ? {} : { stopReason: stop }),
    usage: {
      input_tokens: MODEL_USAGE.inputTotal - MODEL_USAGE.cacheRead,
      cache_read_input_tokens: MODEL_USAGE.cacheRead,
      cache_creation_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
    },
    finalUsage: { output_tokens: MODEL_USAGE.output },
  };
}

/** Undefined for what the content tells by itself. */
function stopOf({ refusal, isCut = false }: ModelTurn): string | undefined {
  if (refusal !== undefined) return "refusal";
  return isCut ? "max_tokens" : undefined;
}

function blocksIn(body: unknown): readonly unknown[] {
  return listAt(body, "messages").flatMap((turn) => listAt(turn, "content"));
}
