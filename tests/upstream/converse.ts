import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";
import { exceptionAnswer, frame, thrown } from "./bedrock.ts";
import type { JsonObject } from "./messages.ts";
import {
  inPieces,
  listAt,
  MODEL_USAGE,
  type ModelApi,
  type ModelTurn,
  plainText,
  textAt,
} from "./model-api.ts";

/** Bedrock's Converse and ConverseStream; the proof of the reasoning is its signature. */
export const converseApi: ModelApi = {
  dialect: "Converse",
  answer: (turn) => (request, serial) => {
    if (request.target.endsWith("/converse-stream")) return stream(framesOf(turn));
    const message = { role: "assistant", content: contentOf(turn) };
    const body = { output: { message }, stopReason: stopOf(turn), usage: USAGE };
    return json(200, { ...body, metrics: { latencyMs: 1 } }, FIELDS)(request, serial);
  },
  breakOff: (turn, message) => () =>
    stream([
      ...framesOf(turn).slice(0, 3),
      thrown({ name: "serviceUnavailableException", message }),
    ]),
  failure: (status, code, message, headers = []): Responder => {
    const responder = exceptionAnswer(status, code, message);
    return async (request, serial) => {
      const answer = await responder(request, serial);
      return { ...answer, headers: [...answer.headers, ...headers] };
    };
  },
  modelOf: ({ target }) => decodeURIComponent(/\/model\/([^/]+)\//.exec(target)?.[1] ?? ""),
  outputsIn: (body) =>
    blocksIn(body)
      .map((block) => at(block, "toolResult"))
      .filter((result) => result !== undefined)
      .map((result) => ({
        call: textAt(result, "toolUseId"),
        output: plainText(at(result, "content")),
      })),
  proofsIn: (body) =>
    blocksIn(body)
      .map((block) => textAt(at(block, "reasoningContent", "reasoningText"), "signature"))
      .filter((proof) => proof !== ""),
};

const FIELDS = ["x-amzn-RequestId", "5f0c3a1e-0000-4000-8000-000000000001"] as const;

/** The cache is told beside the input. */
const USAGE = {
  inputTokens: MODEL_USAGE.inputTotal - MODEL_USAGE.cacheRead,
  outputTokens: MODEL_USAGE.output,
  totalTokens: MODEL_USAGE.inputTotal + MODEL_USAGE.output,
  cacheReadInputTokens: MODEL_USAGE.cacheRead,
  cacheWriteInputTokens: 0,
};

function contentOf({ reasoning, proof, refusal, text = refusal, calls = [] }: ModelTurn) {
  const thought = { text: reasoning ?? "", ...(proof !== undefined && { signature: proof }) };
  return [
    ...(reasoning === undefined ? [] : [{ reasoningContent: { reasoningText: thought } }]),
    ...(text === undefined ? [] : [{ text }]),
    ...calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } })),
  ];
}

function framesOf(turn: ModelTurn): readonly Buffer[] {
  const { reasoning, proof, refusal, text = refusal, calls = [] } = turn;
  const blocks: { readonly start?: JsonObject; readonly deltas: readonly JsonObject[] }[] = [];
  if (reasoning !== undefined) {
    const told = inPieces(reasoning).map((piece) => ({ reasoningContent: { text: piece } }));
    const signed = proof === undefined ? [] : [{ reasoningContent: { signature: proof } }];
    blocks.push({ deltas: [...told, ...signed] });
  }
  if (text !== undefined) blocks.push({ deltas: inPieces(text).map((piece) => ({ text: piece })) });
  for (const { id, name, input } of calls) {
    blocks.push({
      start: { toolUse: { toolUseId: id, name } },
      deltas: inPieces(JSON.stringify(input)).map((piece) => ({ toolUse: { input: piece } })),
    });
  }
  return [
    frame("messageStart", { role: "assistant", p: "ab" }),
    ...blocks.flatMap(({ start, deltas }, contentBlockIndex) => [
      ...(start === undefined ? [] : [frame("contentBlockStart", { contentBlockIndex, start })]),
      ...deltas.map((each) =>
        frame("contentBlockDelta", { contentBlockIndex, delta: each, p: "abc" }),
      ),
      frame("contentBlockStop", { contentBlockIndex }),
    ]),
    frame("messageStop", { stopReason: stopOf(turn) }),
    frame("metadata", { usage: USAGE, metrics: { latencyMs: 1 } }),
  ];
}

function stream(pieces: readonly Buffer[]) {
  const headers = ["Content-Type", "application/vnd.amazon.eventstream", ...FIELDS];
  return { status: 200, headers, pieces, stream: true, delivery: {} };
}

function stopOf({ refusal, calls = [], isCut = false }: ModelTurn): string {
  if (refusal !== undefined) return "content_filtered";
  if (isCut) return "max_tokens";
  return calls.length > 0 ? "tool_use" : "end_turn";
}

function blocksIn(body: unknown): readonly unknown[] {
  return listAt(body, "messages").flatMap((turn) => listAt(turn, "content"));
}
