import type { JsonObject, StopReason, UpstreamError } from "../../../canonical/index.ts";
import { classify } from "./classify.ts";
import { objectOf, textOf } from "./fields.ts";

/** How a response ended, by its own account. */
export type Outcome =
  | { readonly kind: "complete" }
  | { readonly kind: "cut"; readonly stopReason: StopReason }
  | { readonly kind: "failed"; readonly error: UpstreamError };

/** What the content of an answer says about its end. */
export interface Produced {
  readonly hasCall: boolean;
  readonly hasRefusal: boolean;
  /** The input of a call is no JSON object: the answer was cut within it. */
  readonly hasBrokenCall: boolean;
}

/** Reads the state of a response that is over; servers may leave it out, or misspell it. */
export function readOutcome(response: JsonObject): Outcome {
  const error = objectOf(response["error"]);
  const status = textOf(response["status"]);
  const isError = Object.values(error).some((value) => value !== null);
  if (status === "failed" || isError) {
    return {
      kind: "failed",
      error: classify({ ...error, fallback: "the upstream's model failed" }),
    };
  }
  if (status === "incomplete") {
    const reason = textOf(objectOf(response["incomplete_details"])["reason"]);
    return { kind: "cut", stopReason: reason === "content_filter" ? "refusal" : "max_tokens" };
  }
  if (["cancelled", "queued", "in_progress"].includes(status)) {
    const message = `the upstream answered with a response that is ${status}`;
    return { kind: "failed", error: { kind: "server", message } };
  }
  return { kind: "complete" };
}

/** Decides by what was produced first, and by what the upstream says second: it says "completed" to most endings. */
export function stopReasonOf(
  outcome: Exclude<Outcome, { kind: "failed" }>,
  produced: Produced,
): StopReason {
  const isCut = outcome.kind === "cut";
  if (produced.hasCall && !(isCut && produced.hasBrokenCall)) return "tool_use";
  if (produced.hasRefusal) return "refusal";
  return isCut ? outcome.stopReason : "end_turn";
}
