import type { JsonObject, StopReason, UpstreamError } from "../../../canonical/index.ts";
import { objectOf, textOf } from "../shared/fields.ts";
import { classify } from "./classify.ts";

/** How a response ended, by its own account. */
export type Outcome =
  | { readonly kind: "over"; readonly told: StopReason }
  | { readonly kind: "failed"; readonly error: UpstreamError };

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
    return { kind: "over", told: reason === "content_filter" ? "refusal" : "max_tokens" };
  }
  if (["cancelled", "queued", "in_progress"].includes(status)) {
    const message = `the upstream answered with a response that is ${status}`;
    return { kind: "failed", error: { kind: "server", message } };
  }
  // It says so of most endings.
  return { kind: "over", told: "end_turn" };
}
