import { backoffMs } from "./backoff.ts";
import { type Failure, mayMove, VERDICTS } from "./verdict.ts";

/** What comes after a failed attempt. */
export type NextStep =
  | { readonly step: "show" }
  | { readonly step: "move" }
  | { readonly step: "repeat"; readonly afterMs: number; readonly isAsked: boolean };

/** How patient the gateway is with one candidate. */
export interface Patience {
  /** How often it is asked again where nothing else may answer. */
  readonly repetitions: number;
  /** The longest `retry-after` that is waited out. */
  readonly waitMs: number;
}

/** Where an exchange stands after a failure. */
export interface Standing {
  readonly failure: Failure;
  readonly isOwnCredential: boolean;
  /** Another candidate may have its turn. */
  readonly hasOthers: boolean;
  /** Of this candidate, so far. */
  readonly repeated: number;
}

const SHOW: NextStep = { step: "show" };
const MOVE: NextStep = { step: "move" };

/**
 * Decides what a failure leads to. A short `retry-after` is waited out once, even where others are left: what the upstream
 * has cached is worth it. Without one the next candidate is asked at once, and the last one as often as the client's own
 * patience leaves room for.
 */
export function nextStep(standing: Standing, patience: Patience, random: () => number): NextStep {
  const { failure, isOwnCredential, hasOthers, repeated } = standing;
  const { repeats } = VERDICTS[failure.kind];
  const { retryAfterMs } = failure;
  const isAsked = retryAfterMs !== undefined;
  const isShort = isAsked && retryAfterMs <= patience.waitMs;
  const most = hasOthers ? Number(isShort) : patience.repetitions;
  if (repeats && repeated < most && (isShort || !isAsked)) {
    const afterMs = Math.max(retryAfterMs ?? 0, backoffMs(repeated, random()));
    return { step: "repeat", afterMs, isAsked };
  }
  return hasOthers && mayMove(failure, isOwnCredential) ? MOVE : SHOW;
}
