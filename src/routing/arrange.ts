import type { Candidate } from "./candidate.ts";
import type { Route } from "./route.ts";

/** A candidate at its place in the list. */
export interface Arranged {
  readonly candidate: Candidate;
  /** Equal for the candidates of one target. */
  readonly target: object;
  /** The provider of a session in whose place it stands, whether or not that is tried; undefined: none is before it. */
  readonly session: string | undefined;
}

/**
 * When each of a list's candidates has its turn, and how it is paid there. A key's money that is spent in the place of a
 * session is the overflow's, and under its cap (design R2).
 */
export function arrange([first, ...others]: readonly [Arranged, ...Arranged[]]): Route {
  const isTried = [first, ...others].some(({ candidate }) => isSession(candidate));
  const placed = (arranged: Arranged): Candidate => {
    const paid = inPlace(arranged, arranged.target !== first.target);
    const keeps = paid.tryIf === "overflow_failed" || (paid.tryIf === "session_full" && isTried);
    return keeps ? paid : { ...paid, tryIf: "failed" };
  };
  return [{ ...placed(first), tryIf: "always" }, ...others.map(placed)];
}

export function isSession({ credential }: Candidate): boolean {
  return credential.kind === "own" && credential.class === "subscription";
}

function inPlace({ candidate, session }: Arranged, isOther: boolean): Candidate {
  const { credential, mode, deployment } = candidate;
  if (credential.kind === "own" || mode === "byok-overflow" || mode === "fallback")
    return candidate;
  const isSpill = session !== undefined && credential.kind === "stored";
  if (!isSpill) return isOther ? { ...candidate, mode: "fallback" } : candidate;
  const spill = { ...candidate, book: "overflow", isSpill: true } as const;
  return { ...spill, mode: deployment.provider === session ? "byok-overflow" : "fallback" };
}
