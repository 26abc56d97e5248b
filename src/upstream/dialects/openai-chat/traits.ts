import { OPENAI_NAME, type WireRule } from "../../wire-names.ts";
import type { ReasoningEcho, ReasoningKnob } from "./reasoning-traits.ts";
import type { ToolIdRule } from "./tool-ids.ts";

/** How tool choices are spelled. Undefined: there is no way to say it, and it is left out as a loss. */
export interface ToolChoiceTraits {
  /** "Call any tool". */
  readonly any: "required" | "any" | undefined;
  /** "Call this tool": by naming it, or by sending no other tool and asking for any. */
  readonly named: "function" | "only_tool" | undefined;
  /** "Call no tool": by the word, or by sending no tools. */
  readonly none: "none" | "no_tools";
}

/** What differs among the servers and models that speak Chat Completions. Data only; each provider has its own. */
export interface ChatTraits {
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** The most that the model takes for it; undefined: unknown, nothing is cut. */
  readonly maxOutputTokens: number | undefined;
  readonly systemRole: "system" | "developer";
  readonly toolIds: ToolIdRule;
  readonly toolNames: WireRule;
  readonly toolChoice: ToolChoiceTraits;
  readonly parallelToolCalls: "allowed" | "unknown_field";
  readonly strictTools: "allowed" | "unknown_field";
  /** `stream_options.include_usage`, without which some send no usage and some refuse the request. */
  readonly streamUsage: "asked" | "unknown_field";
  readonly reasoning: ReasoningKnob;
  readonly echo: ReasoningEcho;
  /** Held: calls are told at the end of a stream, because text or reasoning tokens may come behind them. */
  readonly toolCalls: "live" | "held";
  /** Whether reasoning tokens are part of `completion_tokens`, where no total tells. */
  readonly reasoningTokens: "inside_completion" | "beside_completion";
  readonly images: "accepted" | "omitted";
  /** PDF documents as `file` parts. */
  readonly files: "accepted" | "omitted";
  readonly sampling: {
    readonly temperature: boolean;
    readonly topP: boolean;
    readonly topK: boolean;
  };
  /** 0: `stop` is refused. */
  readonly maxStopSequences: number;
  /** What is not supported is asked for in words. */
  readonly responseFormat: "json_schema" | "json_object" | "in_words";
  readonly cacheMarks: "kept" | "dropped";
  readonly promptCacheKey: "allowed" | "unknown_field";
  /** Where the end user is named; undefined: nowhere. */
  readonly userField: "user" | "safety_identifier" | undefined;
  /** The content of an assistant turn that has only calls. */
  readonly emptyContent: null | "";
  /** What the assistant is made to say between tool results and a user message, where a server refuses the sequence. */
  readonly afterToolResults: string | undefined;
}

/**
 * For a server of which nothing is known but that it speaks Chat Completions: nothing is sent that a server may refuse for
 * not knowing it. The exception is `stream_options`, without which no answer could be priced.
 */
export const UNKNOWN_SERVER: ChatTraits = {
  maxTokensField: "max_tokens",
  maxOutputTokens: undefined,
  systemRole: "system",
  toolIds: "40",
  toolNames: OPENAI_NAME,
  toolChoice: { any: "required", named: "function", none: "none" },
  parallelToolCalls: "unknown_field",
  strictTools: "unknown_field",
  streamUsage: "asked",
  reasoning: { by: "nothing" },
  echo: { form: "nothing" },
  toolCalls: "live",
  reasoningTokens: "inside_completion",
  images: "omitted",
  files: "omitted",
  sampling: { temperature: true, topP: true, topK: false },
  maxStopSequences: 4,
  responseFormat: "in_words",
  cacheMarks: "dropped",
  promptCacheKey: "unknown_field",
  userField: undefined,
  emptyContent: null,
  afterToolResults: undefined,
};
