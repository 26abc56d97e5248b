import type { StopReason } from "../../canonical/index.ts";
import type { CallForm } from "./answer-delta.ts";

const REASONS: Readonly<Record<StopReason, string>> = {
  end_turn: "stop",
  tool_use: "stop",
  max_tokens: "length",
  stop_sequence: "stop",
  refusal: "content_filter",
  pause_turn: "stop",
  model_context_window_exceeded: "length",
};

/**
 * Why the answer ended. A client that is told of calls and finds none stands still, and one that is not told of them does
 * not run them; only an answer that was cut off may end within a call.
 */
export function finishReason(
  stopReason: StopReason,
  { calls, form }: { readonly calls: number; readonly form: CallForm },
): string {
  const reason = REASONS[stopReason];
  return calls > 0 && reason === "stop" ? form : reason;
}
