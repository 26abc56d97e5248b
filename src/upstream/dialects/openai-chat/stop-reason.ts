import type { StopReason, UpstreamErrorKind } from "../../../canonical/index.ts";

const REASONS: Readonly<Record<string, StopReason>> = {
  length: "max_tokens",
  max_tokens: "max_tokens",
  model_length: "model_context_window_exceeded",
  content_filter: "refusal",
  sensitive: "refusal",
};

/** Reasons that are failures: the answer is not one. */
const FAILURES: Readonly<Record<string, UpstreamErrorKind>> = {
  error: "server",
  network_error: "server",
  insufficient_system_resource: "overloaded",
};

export function failureOf(finishReason: string): UpstreamErrorKind | undefined {
  return Object.hasOwn(FAILURES, finishReason) ? FAILURES[finishReason] : undefined;
}

/** What the upstream says of an answer's end. A reason that speaks of calls is an ordinary end: the answer has them or not. */
export function toldReason(finishReason: string): StopReason {
  const told = Object.hasOwn(REASONS, finishReason) ? REASONS[finishReason] : undefined;
  return told ?? "end_turn";
}

/** Whether the answer ends where there was no more room. */
export function isCutOff(finishReason: string): boolean {
  const told = toldReason(finishReason);
  return told === "max_tokens" || told === "model_context_window_exceeded";
}
