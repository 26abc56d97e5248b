import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";
import {
  cutShort,
  inPieces,
  listAt,
  MODEL_USAGE,
  type ModelApi,
  type ModelCall,
  type ModelTurn,
  plainText,
  sseAnswer,
  textAt,
} from "./model-api.ts";

/** Chat Completions, with the reasoning told as OpenRouter tells it. */
export const chatApi: ModelApi = {
  dialect: "Chat Completions",
  answer: (turn) => {
    const { reasoning, proof, text, refusal, calls = [] } = turn;
    return (request, serial) => {
      if (at(request.json(), "stream") !== true)
        return json(200, whole(turn, serial, at(request.json(), "model")))(request, serial);
      const chunk = (delta: object, finish: string | null = null) => ({
        data: {
          id: `chatcmpl-${serial}`,
          object: "chat.completion.chunk",
          model: at(request.json(), "model"),
          choices: [{ index: 0, delta, finish_reason: finish }],
        },
      });
      return sseAnswer([
        chunk({ role: "assistant", content: "" }),
        ...inPieces(reasoning).map((piece) =>
          chunk({ reasoning: piece, reasoning_details: [detail({ text: piece })] }),
        ),
        ...(proof === undefined
          ? []
          : [chunk({ reasoning_details: [detail({ signature: proof })] })]),
        ...inPieces(text).map((piece) => chunk({ content: piece })),
        ...inPieces(refusal).map((piece) => chunk({ refusal: piece })),
        ...calls.flatMap(callDeltas).map((tool_calls) => chunk({ tool_calls })),
        chunk({}, finishOf(turn)),
        { data: { id: `chatcmpl-${serial}`, choices: [], usage: USAGE } },
        { data: "[DONE]" },
      ]);
    };
  },
  breakOff: (turn, message) =>
    cutShort(chatApi.answer(turn), 3, [{ data: { error: { message, code: 502 } } }]),
  failure: (status, code, message, headers = []): Responder =>
    json(status, { error: { message, type: "invalid_request_error", param: null, code } }, headers),
  modelOf: (request) => at(request.json(), "model"),
  outputsIn: (body) =>
    listAt(body, "messages")
      .filter((message) => at(message, "role") === "tool")
      .map((message) => ({
        call: textAt(message, "tool_call_id"),
        output: plainText(at(message, "content")),
      })),
  proofsIn: (body) =>
    listAt(body, "messages")
      .flatMap((message) => listAt(message, "reasoning_details"))
      .map((entry) => textAt(entry, "signature")),
};

const USAGE = {
  prompt_tokens: MODEL_USAGE.inputTotal,
  completion_tokens: MODEL_USAGE.output,
  total_tokens: MODEL_USAGE.inputTotal + MODEL_USAGE.output,
  prompt_tokens_details: { cached_tokens: MODEL_USAGE.cacheRead },
  completion_tokens_details: { reasoning_tokens: MODEL_USAGE.reasoning },
};

/** The answer to a request that asks for no stream. */
function whole(turn: ModelTurn, serial: number, model: unknown) {
  const { reasoning, proof, text, refusal, calls = [] } = turn;
  const tool_calls = calls.map(({ id, name, input }) => ({
    id,
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));
  const message = {
    role: "assistant",
    content: text ?? null,
    ...(refusal === undefined ? {} : { refusal }),
    ...(reasoning === undefined
      ? {}
      : { reasoning, reasoning_details: [detail({ text: reasoning, signature: proof })] }),
    ...(tool_calls.length === 0 ? {} : { tool_calls }),
  };
  return {
    id: `chatcmpl-${serial}`,
    object: "chat.completion",
    model,
    choices: [{ index: 0, message, finish_reason: finishOf(turn) }],
    usage: USAGE,
  };
}

function finishOf({ calls = [], isCut = false }: ModelTurn): string {
  if (isCut) return "length";
  return calls.length > 0 ? "tool_calls" : "stop";
}

function detail(said: object) {
  return { type: "reasoning.text", format: "scripted", index: 0, ...said };
}

function callDeltas({ id, name, input }: ModelCall, index: number) {
  return [
    [{ index, id, type: "function", function: { name, arguments: "" } }],
    ...inPieces(JSON.stringify(input)).map((piece) => [{ index, function: { arguments: piece } }]),
  ];
}
