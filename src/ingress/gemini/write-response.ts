import type { JsonObject } from "../../canonical/index.ts";

/** What every response of one answer repeats. */
export interface ResponseFrame {
  readonly id: string;
  /** The model that the client asked for: clients show it and log it. */
  readonly model: string;
}

/** A `GenerateContentResponse`; `ofCandidate` and `beside` are there only when the answer is over. */
export function writeResponse(
  { id, model }: ResponseFrame,
  parts: readonly JsonObject[],
  ofCandidate: JsonObject = {},
  beside: JsonObject = {},
): JsonObject {
  return {
    candidates: [{ content: { parts, role: "model" }, ...ofCandidate, index: 0 }],
    ...beside,
    modelVersion: model,
    responseId: id,
  };
}
