import type { Shape } from "./mutate.ts";

/** One decoder, and what has to hold of it whatever it is given. */
export interface Target {
  readonly name: string;
  readonly shape: Shape;
  /** Folders and files under `src` whose blocks guide the search, and whose words the inputs are made of. */
  readonly sources: readonly string[];
  /** Throws where something is wrong. Returns in short what came of the input: a new word is worth keeping, too. */
  readonly run: (input: Buffer) => string;
}
