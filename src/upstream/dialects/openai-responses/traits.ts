import type { Effort } from "../../../canonical/index.ts";

/** What one upstream and model of this dialect can do: everything that differs between those that speak it. */
export interface ResponsesTraits {
  /**
   * How a model's own thinking goes back to it. `encrypted`: only items with encrypted content, without their ids, for a
   * server that stored nothing looks an id's neighbours up and refuses. `item`: as it came, encrypted or in plain text.
   */
  readonly reasoning: "encrypted" | "item" | "none";
  /** Levels that the model knows; none: it is not asked to think at all. */
  readonly efforts: readonly Effort[];
  /** Undefined: no summary of the thinking is asked for, which some organisations may not. */
  readonly summary?: "auto" | "concise" | "detailed" | undefined;
  /** The values of `include` that are known; others are left out. */
  readonly includes: readonly string[];
  readonly images: boolean;
  /** `input_file`: PDFs and other documents. */
  readonly files: boolean;
  /** Whether a tool's output may be a list with images and files. */
  readonly toolResultParts: boolean;
  /** Whether calls and their outputs have to stand together, with nothing between them. */
  readonly groupsCalls: boolean;
  readonly webSearch: boolean;
  /** Temperature and `top_p`; reasoning models refuse them. */
  readonly sampling: boolean;
  /** `none`: `max_output_tokens` is refused. A number is the most that may be asked for. */
  readonly outputLimit: "none" | "any" | number;
  readonly promptCacheKey: boolean;
}
