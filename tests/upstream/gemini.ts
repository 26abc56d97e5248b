import { at } from "../conformance/exchange.ts";
import { json, type Responder } from "./answer.ts";
import {
  cutShort,
  inPieces,
  listAt,
  MODEL_USAGE,
  type ModelApi,
  type ModelTurn,
  sseAnswer,
  textAt,
} from "./model-api.ts";

/** Google's generateContent; the proof of the reasoning is on the first call, or else on the text. */
export const geminiApi: ModelApi = {
  dialect: "generateContent",
  answer: (turn) => {
    return (request, serial) => {
      const told = (parts: readonly object[], end: object) => ({
        responseId: `gemini-${serial}`,
        modelVersion: modelIn(request.target),
        candidates: [
          {
            index: 0,
            ...(parts.length === 0 ? {} : { content: { role: "model", parts } }),
            ...end,
          },
        ],
        usageMetadata: USAGE,
      });
      if (!request.target.includes(":streamGenerateContent")) {
        return json(
          200,
          told(
            partsOf(turn, (said) => [said]),
            finishOf(turn),
          ),
        )(request, serial);
      }
      const parts = partsOf(turn, inPieces);
      const chunks = parts.length === 0 ? [[]] : parts.map((part) => [part]);
      return sseAnswer(
        chunks.map((chunk, index) => ({
          data: told(chunk, index === chunks.length - 1 ? finishOf(turn) : {}),
        })),
      );
    };
  },
  breakOff: (turn, message) => {
    const error = { code: 503, message, status: "UNAVAILABLE" };
    return cutShort(geminiApi.answer(turn), 2, [{ data: { error } }]);
  },
  failure: (code, status, message, headers = []): Responder =>
    json(code, { error: { code, message, status } }, headers),
  modelOf: ({ target }) => modelIn(target),
  outputsIn: (body) =>
    partsIn(body)
      .map((part) => at(part, "functionResponse"))
      .filter((response) => response !== undefined)
      .map((response) => ({
        call: textAt(response, "id"),
        output: textAt(at(response, "response"), "output"),
      })),
  proofsIn: (body) =>
    partsIn(body)
      .map((part) => textAt(part, "thoughtSignature"))
      .filter((proof) => proof !== ""),
};

const USAGE = {
  promptTokenCount: MODEL_USAGE.inputTotal,
  cachedContentTokenCount: MODEL_USAGE.cacheRead,
  candidatesTokenCount: MODEL_USAGE.output - MODEL_USAGE.reasoning,
  thoughtsTokenCount: MODEL_USAGE.reasoning,
  totalTokenCount: MODEL_USAGE.inputTotal + MODEL_USAGE.output,
};

function partsOf(
  { reasoning, proof, text, calls = [] }: ModelTurn,
  cut: (text: string) => readonly string[],
): readonly object[] {
  const said = [
    ...(text === undefined ? [] : cut(text)).map((piece) => ({ text: piece })),
    ...calls.map(({ id, name, input }) => ({ functionCall: { id, name, args: input } })),
  ];
  const signed = calls.length > 0 ? said.length - calls.length : said.length - 1;
  return [
    ...(reasoning === undefined ? [] : cut(reasoning)).map((piece) => ({
      text: piece,
      thought: true,
    })),
    ...said.map((part, index) =>
      index === signed && proof !== undefined ? { ...part, thoughtSignature: proof } : part,
    ),
  ];
}

/** A refusal has no parts, and says why beside them. */
function finishOf({ refusal, isCut = false }: ModelTurn): object {
  if (refusal !== undefined) return { finishReason: "SAFETY", finishMessage: refusal };
  return { finishReason: isCut ? "MAX_TOKENS" : "STOP" };
}

function partsIn(body: unknown): readonly unknown[] {
  return listAt(body, "contents").flatMap((content) => listAt(content, "parts"));
}

function modelIn(target: string): string {
  return decodeURIComponent(/\/models\/([^:?]+)/.exec(target)?.[1] ?? "");
}
