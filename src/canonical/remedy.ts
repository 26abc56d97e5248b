import type { TokenUsage } from "./message.ts";
import type { Effort } from "./request.ts";

/** What would have had a request answered that an upstream refused, or answered with nothing. */
export type Remedy =
  /** To ask for no more tokens than the model can give. */
  | { readonly by: "max_tokens"; readonly limit: number }
  /** To ask for one of the levels that the model knows; none: not to speak of effort. */
  | { readonly by: "effort"; readonly levels: readonly Effort[]; readonly isOnce?: IsOnce }
  /** Not to ask the model to think. */
  | { readonly by: "thinking"; readonly isOnce?: IsOnce }
  /** To leave out a member of the body, by its name there. */
  | { readonly by: "member"; readonly name: string }
  /** To ask the same once more: what the model made was no answer. It was paid for all the same. */
  | { readonly by: "again"; readonly usage: TokenUsage | undefined };

/** It lies in the one request, and says nothing of the model. */
type IsOnce = true;
