import type { StopReason } from "../../../../canonical/index.ts";

const STOP_REASONS: readonly StopReason[] = [
  "end_turn",
  "tool_use",
  "max_tokens",
  "stop_sequence",
  "refusal",
  "pause_turn",
  "model_context_window_exceeded",
];

/**
 * Why an answer ended, by what is in it first: a client that is told of a call that is not there waits for ever, and one
 * that is not told of a call never makes it.
 */
export function readStopReason(said: unknown, hasCall: boolean): StopReason {
  const reason = STOP_REASONS.find((known) => known === said) ?? "end_turn";
  if (hasCall && reason === "end_turn") return "tool_use";
  return !hasCall && reason === "tool_use" ? "end_turn" : reason;
}
