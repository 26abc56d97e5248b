import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";
import {
  inPieces,
  listAt,
  MODEL_USAGE,
  type ModelApi,
  type ModelTurn,
  plainText,
  sseAnswer,
  textAt,
} from "./model-api.ts";

/** OpenAI's Responses, with thinking that is told in a summary and sent back encrypted. */
export const responsesApi: ModelApi = {
  dialect: "Responses",
  answer: (turn) => {
    return (request, serial) => {
      const items = itemsOf(turn, serial);
      const response = {
        id: `resp_${serial}`,
        object: "response",
        model: at(request.json(), "model"),
        status: "in_progress",
        output: [],
      };
      const done = {
        ...response,
        status: "completed",
        output: items.map(({ item }) => item),
        usage: USAGE,
      };
      if (at(request.json(), "stream") !== true) return json(200, done)(request, serial);
      const events = [
        { type: "response.created", response },
        ...items.flatMap(({ begun, item, deltas }, output_index) => [
          { type: "response.output_item.added", output_index, item: begun },
          ...deltas.map((delta) => ({ item_id: textAt(item, "id"), output_index, ...delta })),
          { type: "response.output_item.done", output_index, item },
        ]),
        { type: "response.completed", response: done },
      ];
      return sseAnswer(
        events.map((event, sequence_number) => ({
          event: event.type,
          data: { ...event, sequence_number },
        })),
      );
    };
  },
  failure: (status, code, message, headers = []): Responder =>
    json(status, { error: { message, type: "invalid_request_error", param: null, code } }, headers),
  modelOf: (request) => at(request.json(), "model"),
  outputsIn: (body) =>
    listAt(body, "input")
      .filter((item) => at(item, "type") === "function_call_output")
      .map((item) => ({ call: textAt(item, "call_id"), output: plainText(at(item, "output")) })),
  proofsIn: (body) =>
    listAt(body, "input")
      .filter((item) => at(item, "type") === "reasoning")
      .map((item) => textAt(item, "encrypted_content")),
};

const USAGE = {
  input_tokens: MODEL_USAGE.inputTotal,
  input_tokens_details: { cached_tokens: MODEL_USAGE.cacheRead },
  output_tokens: MODEL_USAGE.output,
  output_tokens_details: { reasoning_tokens: MODEL_USAGE.reasoning },
  total_tokens: MODEL_USAGE.inputTotal + MODEL_USAGE.output,
};

interface ScriptedItem {
  readonly begun: object;
  readonly item: object;
  readonly deltas: readonly { readonly type: string; readonly delta: string }[];
}

function itemsOf({ reasoning, proof, text, calls = [] }: ModelTurn, serial: number) {
  const items: ScriptedItem[] = [];
  const add = (begun: object, whole: object, type: string, said = "", place: object = {}) => {
    const deltas = inPieces(said).map((delta) => ({ type, delta, ...place }));
    items.push({ begun, item: { ...begun, ...whole }, deltas });
  };
  if (reasoning !== undefined || proof !== undefined) {
    const summary = reasoning === undefined ? [] : [{ type: "summary_text", text: reasoning }];
    const begun = { type: "reasoning", id: `rs_${serial}`, summary: [] };
    const whole = { summary, encrypted_content: proof };
    const place = { summary_index: 0 };
    add(begun, whole, "response.reasoning_summary_text.delta", reasoning, place);
  }
  if (text !== undefined) {
    const begun = { type: "message", id: `msg_${serial}`, role: "assistant", content: [] };
    const content = [{ type: "output_text", text, annotations: [] }];
    const whole = { status: "completed", content };
    add(begun, whole, "response.output_text.delta", text, { content_index: 0 });
  }
  for (const { id, name, input } of calls) {
    const begun = { type: "function_call", id: `fc_${id}`, call_id: id, name, arguments: "" };
    const whole = { status: "completed", arguments: JSON.stringify(input) };
    add(begun, whole, "response.function_call_arguments.delta", whole.arguments);
  }
  return items;
}
