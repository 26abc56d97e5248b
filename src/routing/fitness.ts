import type { LeftOut } from "./explain/words.ts";

/** Why a candidate should not have its turn now. Nothing that is said here ever takes away the last one. */
export interface Unfitness {
  /** `last`: after those that are fit. `off`: not at all, as long as another is left. */
  readonly use: "last" | "off";
  /** For people: `resting until 14:05 after 3 failures`. */
  readonly reason: string;
  /** The same in a word. */
  readonly code: LeftOut;
}
