import type { StopReason } from "../../../canonical/index.ts";

/** What the content of an answer says about its end. */
export interface Produced {
  readonly hasCall: boolean;
  readonly hasRefusal: boolean;
  /** The input of a call is no JSON object. */
  readonly hasBrokenCall: boolean;
}

/**
 * Why an answer ended: by what is in it first, and by what the upstream says second. Whoever has calls to run must be told so,
 * even where a forced call ends with an ordinary stop; only a call that the upstream says was cut off is none.
 */
export function stopReasonOf(told: StopReason, produced: Produced): StopReason {
  const isCut = told !== "end_turn" && produced.hasBrokenCall;
  if (produced.hasCall && !isCut) return "tool_use";
  return produced.hasRefusal ? "refusal" : told;
}
