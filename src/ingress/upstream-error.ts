import type { UpstreamError } from "../canonical/index.ts";

/** What an upstream's error itself does not tell; the same for clients of every dialect. */
export interface ErrorContext {
  /** Whose credential the attempt carried: a client never learns about the gateway's own. */
  readonly credential: "caller" | "gateway";
  /** Estimated size of the request, for an overflow whose numbers the upstream did not tell. */
  readonly estimatedInputTokens: number;
  /** The model's context window, where it is known. */
  readonly contextTokens?: number | undefined;
}

/** Instead of the provider's words about a credential that the client knows nothing of. */
export const OWN_CREDENTIAL_MESSAGE =
  "Spillway: the provider refused the credential that the gateway uses for this model. An owner checks it with spillway byok test.";

const MS_PER_SECOND = 1_000;
/** Of a window that nobody told: enough of a gap that a client's compaction makes room at once. */
const ASSUMED_SHARE = 0.9;

export function isOwnCredential(
  { kind }: UpstreamError,
  { credential }: Pick<ErrorContext, "credential">,
): boolean {
  return credential === "gateway" && (kind === "authentication" || kind === "permission");
}

/** Both numbers of a context overflow, in tokens: clients read them, and compact their conversation by them. */
export function overflowTokens(
  { tokens }: UpstreamError,
  { estimatedInputTokens, contextTokens }: ErrorContext,
): { readonly asked: number; readonly maximum: number } {
  const guess = Math.max(1, Math.ceil(estimatedInputTokens));
  const maximum = tokens?.limit ?? contextTokens ?? Math.floor(guess * ASSUMED_SHARE);
  return { asked: Math.max(tokens?.asked ?? guess, maximum + 1), maximum };
}

/** The value of `retry-after`: whole seconds, at least one. */
export function retryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / MS_PER_SECOND));
}
