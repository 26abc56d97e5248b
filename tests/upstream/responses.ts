import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";
import {
  cutShort,
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
        status: turn.isCut === true ? "incomplete" : "completed",
        ...(turn.isCut === true ? { incomplete_details: { reason: "max_output_tokens" } } : {}),
        output: items.map(({ item }) => item),
        usage: USAGE,
      };
      if (at(request.json(), "stream") !== true) return json(200, done)(request, serial);
      const events = [
        { type: "response.created", response },
        ...items.flatMap(({ begun, item, told }, output_index) => [
          { type: "response.output_item.added", output_index, item: begun },
          ...told.map((event) => ({ item_id: textAt(item, "id"), output_index, ...event })),
          { type: "response.output_item.done", output_index, item },
        ]),
        { type: `response.${done.status}`, response: done },
      ];
      return sseAnswer(
        events.map((event, sequence_number) => ({
          event: event.type,
          data: { ...event, sequence_number },
        })),
      );
    };
  },
  breakOff: (turn, message) => {
    const error = { code: "server_error", message };
    const response = { id: "resp_1", object: "response", status: "failed", output: [], error };
    const data = { type: "response.failed", sequence_number: 5, response };
    return cutShort(responsesApi.answer(turn), 5, [{ event: data.type, data }]);
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
  readonly told: readonly Told[];
}

interface Told {
  readonly type: string;
  readonly [member: string]: unknown;
}

function itemsOf(turn: ModelTurn, serial: number): readonly ScriptedItem[] {
  const { reasoning, proof, text, refusal, calls = [] } = turn;
  const items: ScriptedItem[] = [];
  const add = (begun: object, whole: object, told: readonly Told[]): void => {
    items.push({ begun, item: { ...begun, ...whole }, told });
  };
  if (reasoning !== undefined || proof !== undefined) {
    const part = { type: "summary_text", text: reasoning ?? "" };
    const summary = reasoning === undefined ? [] : [part];
    const begun = { type: "reasoning", id: `rs_${serial}`, summary: [] };
    const place = { summary_index: 0 };
    const told = inDeltas("reasoning_summary_text", "text", part.text, place);
    const empty = { ...part, text: "" };
    const whole = { summary, encrypted_content: proof };
    const isTold = reasoning !== undefined;
    add(begun, whole, isTold ? inPart("reasoning_summary_part", empty, part, place, told) : []);
  }
  const said = refusal ?? text;
  if (said !== undefined) {
    const [type, member] = refusal === undefined ? ["output_text", "text"] : ["refusal", "refusal"];
    const part = { type, [member]: said, ...(refusal === undefined ? { annotations: [] } : {}) };
    const begun = { type: "message", id: `msg_${serial}`, role: "assistant", content: [] };
    const whole = { status: turn.isCut === true ? "incomplete" : "completed", content: [part] };
    const place = { content_index: 0 };
    const told = inDeltas(type, member, said, place);
    add(begun, whole, inPart("content_part", { ...part, [member]: "" }, part, place, told));
  }
  for (const { id, name, input } of calls) {
    const begun = { type: "function_call", id: `fc_${id}`, call_id: id, name, arguments: "" };
    const whole = { status: "completed", arguments: JSON.stringify(input) };
    add(begun, whole, inDeltas("function_call_arguments", "arguments", whole.arguments));
  }
  return items;
}

function inPart(
  name: string,
  empty: object,
  part: object,
  place: object,
  told: readonly Told[],
): readonly Told[] {
  return [
    { type: `response.${name}.added`, ...place, part: empty },
    ...told,
    { type: `response.${name}.done`, ...place, part },
  ];
}

function inDeltas(name: string, member: string, said: string, place: object = {}): readonly Told[] {
  const done = { type: `response.${name}.done`, [member]: said, ...place };
  const deltas = inPieces(said).map((delta) => ({
    type: `response.${name}.delta`,
    delta,
    ...place,
  }));
  return [...deltas, done];
}
