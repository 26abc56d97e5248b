import type { Effort } from "../../../../canonical/index.ts";
import type { Losses } from "../../shared/losses.ts";

/** What a model behind the Messages API takes; a row of data per model, never a question of its name. */
export interface AnthropicTraits {
  /** Sent where the client names no limit, for the API needs one. */
  readonly defaultMaxTokens: number;
  /** The model's cap on output; undefined: not known, so nothing is cut. */
  readonly maxOutputTokens?: number | undefined;
  /** Which ways of thinking the model can be asked for. */
  readonly thinking: "none" | "budget" | "adaptive" | "either";
  /** Values of `output_config.effort`, from low to high; empty where the member is refused. */
  readonly efforts: readonly Effort[];
  /** Whether temperature and the like may be set: all, one of temperature and top_p, or none. */
  readonly sampling: "all" | "one" | "none";
  /** Answers and strict tools can be held to a schema; else the form of an answer is asked for in words. */
  readonly takesSchemas: boolean;
  /** Takes `role: "system"` within the conversation. */
  readonly hasSystemTurns: boolean;
  /** Asks for automatic caching where the client, of a dialect that caches by itself, set no mark. */
  readonly cachesByItself: boolean;
}

/** How a request is being written: whose words its extras are, and what could not be said. */
export interface Writing extends Pick<Losses, "lose" | "loseExtra"> {
  readonly traits: AnthropicTraits;
  /** The client speaks this dialect: its extras mean something here, and its wishes are not second-guessed. */
  readonly isOwn: boolean;
}
