import type { Secret } from "../base/secret.ts";
import type { Candidate } from "./candidate.ts";
import type { Route } from "./route.ts";
import { byWeight } from "./strategies/by-weight.ts";

/** One of several keys of a provider. */
export interface PooledKey {
  readonly label: string;
  /** Undefined: the deployment signs by itself. */
  readonly secret: Secret | undefined;
  readonly weight: number;
  /** Principals that it is kept for; empty: for all others. */
  readonly for: readonly string[];
}

/**
 * The keys that may pay for a principal, one drawn by its weight in front, the others by theirs: whoever has keys of their own
 * use no others (S3-60, S4-69). `chance` is from 0 to 1.
 */
export function drawKeys(
  pool: readonly PooledKey[],
  principal: string,
  chance: number,
): readonly PooledKey[] {
  const own = pool.filter((key) => key.for.includes(principal));
  const open = own.length > 0 ? own : pool.filter((key) => key.for.length === 0);
  return byWeight(open, chance);
}

/** With the rest of a pool behind every candidate that a key pays: each has its turn where the one before it could not be used. */
export function withSpares(
  [first, ...others]: Route,
  spares: readonly Pick<PooledKey, "label" | "secret">[],
  organisation: string,
): Route {
  const sparesOf = (candidate: Candidate): readonly Candidate[] => {
    const { credential, deployment } = candidate;
    if (credential.kind !== "stored") return [];
    return spares.map(({ label, secret }) => ({
      ...candidate,
      credential: {
        ...credential,
        label,
        secret,
        owner: `${organisation}/${deployment.provider}/${label}`,
      },
      tryIf: "failed",
      reason: `${candidate.reason}; another key`,
    }));
  };
  const rest = others.flatMap((candidate) => [candidate, ...sparesOf(candidate)]);
  return [first, ...sparesOf(first), ...rest];
}
