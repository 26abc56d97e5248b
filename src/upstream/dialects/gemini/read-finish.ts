import type { StopReason } from "../../../canonical/index.ts";

/** How an answer ended; undefined while it has not. */
export type Finish =
  | { readonly kind: "stop"; readonly stopReason: StopReason }
  /** The model's output was no answer: a call that cannot be read or was never declared. */
  | { readonly kind: "failed"; readonly reason: string; readonly mayPass: boolean };

/**
 * The numbers of an old Vertex encoding (`enum-encoding=int`).
 * @source Candidate.FinishReason of google.cloud.aiplatform.v1, in its Python client (read 2026-11-25)
 */
const BY_NUMBER: readonly string[] = [
  "FINISH_REASON_UNSPECIFIED",
  "STOP",
  "MAX_TOKENS",
  "SAFETY",
  "RECITATION",
  "OTHER",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "MALFORMED_FUNCTION_CALL",
  "MODEL_ARMOR",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
  "IMAGE_OTHER",
  "UNEXPECTED_TOOL_CALL",
  "NO_IMAGE",
];

const REFUSALS: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "MODEL_ARMOR",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);

const FAILURES: ReadonlySet<string> = new Set([
  "OTHER",
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "UNEXPECTED_TOOL_CALL",
  "TOO_MANY_TOOL_CALLS",
  "MISSING_THOUGHT_SIGNATURE",
  "IMAGE_OTHER",
  "NO_IMAGE",
]);

/**
 * By chance: the same request is answered more often than not.
 * @source https://github.com/google-gemini/gemini-cli/pull/12965 (read 2026-11-26)
 */
const PASSING: ReadonlySet<string> = new Set(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"]);

/** What a `finishReason` says, by its name or its number; one that is not known yet is an ordinary end. */
export function readFinish(value: unknown): Finish | undefined {
  const reason = typeof value === "number" ? (BY_NUMBER[value] ?? String(value)) : value;
  if (typeof reason !== "string" || reason === "" || reason === BY_NUMBER[0]) return undefined;
  if (FAILURES.has(reason)) return { kind: "failed", reason, mayPass: PASSING.has(reason) };
  if (REFUSALS.has(reason)) return { kind: "stop", stopReason: "refusal" };
  return { kind: "stop", stopReason: reason === "MAX_TOKENS" ? "max_tokens" : "end_turn" };
}
