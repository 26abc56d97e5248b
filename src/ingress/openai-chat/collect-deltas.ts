import type { JsonObject } from "../../canonical/index.ts";
import type { AnswerDelta, CallDelta } from "./answer-delta.ts";
import { joinPieces } from "./reasoning-details.ts";

/** The whole message that a stream's deltas add up to. */
export function collectDeltas(deltas: readonly AnswerDelta[]): JsonObject {
  const content = deltas.map((delta) => delta.content ?? "").join("");
  const reasoning = deltas.map((delta) => delta.reasoning_content ?? "").join("");
  const details = joinPieces(deltas.flatMap((delta) => delta.reasoning_details ?? []));
  const calls = collectCalls(deltas.flatMap((delta) => delta.tool_calls ?? []));
  const legacy = deltas.flatMap(({ function_call: call }) => (call === undefined ? [] : [call]));
  return {
    role: "assistant",
    content: content === "" ? null : content,
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(legacy.length === 0
      ? {}
      : { function_call: { name: legacy[0]?.name, arguments: argumentsOf(legacy) } }),
  };
}

function collectCalls(deltas: readonly CallDelta[]): readonly JsonObject[] {
  const calls = Map.groupBy(deltas, ({ index }) => index);
  return [...calls.values()].map((pieces) => {
    const [opened] = pieces;
    const { index: _ofTheStream, ...call } = opened ?? { index: 0 };
    const args = argumentsOf(pieces.map((piece) => piece.function));
    return { ...call, function: { name: opened?.function.name, arguments: args } };
  });
}

function argumentsOf(pieces: readonly CallDelta["function"][]): string {
  return pieces.map((piece) => piece.arguments).join("");
}
