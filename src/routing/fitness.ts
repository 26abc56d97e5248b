import type { Candidate } from "./candidate.ts";

/** Why a candidate should not have its turn now. Nothing that is said here ever takes away the last one. */
export interface Unfitness {
  /** `last`: after those that are fit. `off`: not at all, as long as another is left. */
  readonly use: "last" | "off";
  /** For people: `resting until 14:05 after 3 failures`. */
  readonly reason: string;
}

/** How a candidate's deployment and credential stand at this moment; undefined: fit. Asked for every candidate, so it is quick. */
export type Fitness = (candidate: Candidate) => Unfitness | undefined;
