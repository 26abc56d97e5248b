import type { JsonObject, StopReason } from "../../canonical/index.ts";

/** Calls end with an ordinary stop here: clients look at the parts, not at the reason. */
const REASONS: Readonly<Record<StopReason, string>> = {
  end_turn: "STOP",
  tool_use: "STOP",
  stop_sequence: "STOP",
  pause_turn: "STOP",
  max_tokens: "MAX_TOKENS",
  model_context_window_exceeded: "MAX_TOKENS",
  refusal: "SAFETY",
};

/** Why an answer ended. `brokenCall` names a tool whose arguments were no JSON, so that the client asks again. */
export function finishMembers(stopReason: StopReason, brokenCall: string | undefined): JsonObject {
  const finishReason = REASONS[stopReason];
  if (brokenCall === undefined || finishReason !== "STOP") return { finishReason };
  return {
    finishReason: "MALFORMED_FUNCTION_CALL",
    finishMessage: `Malformed function call: the arguments of ${brokenCall} are no JSON object`,
  };
}
