import type { StopReason, UpstreamErrorKind } from "../../../canonical/index.ts";

/** What an answer turned out to hold; it tells more than the reason that the upstream gives. */
export interface AnswerFacts {
  readonly calls: number;
  /** A call's arguments are not the JSON of an object. */
  readonly hasBrokenCall: boolean;
  readonly isRefused: boolean;
}

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

function reasonOf(finishReason: string): StopReason | undefined {
  return Object.hasOwn(REASONS, finishReason) ? REASONS[finishReason] : undefined;
}

/** Whether the answer ends where there was no more room. */
export function isCutOff(finishReason: string): boolean {
  const told = reasonOf(finishReason);
  return told === "max_tokens" || told === "model_context_window_exceeded";
}

/**
 * Why an answer ended. Whoever has calls to run must be told so, even where a forced call ends with `stop`; and a reason
 * that speaks of calls where there are none would leave the client waiting.
 */
export function toStopReason(finishReason: string, facts: AnswerFacts): StopReason {
  const told = reasonOf(finishReason);
  if (facts.hasBrokenCall && told !== undefined && isCutOff(finishReason)) return told;
  if (facts.calls > 0) return "tool_use";
  if (facts.isRefused) return "refusal";
  return told ?? "end_turn";
}
