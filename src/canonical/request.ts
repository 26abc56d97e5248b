import type { Block, CacheMark, JsonObject, TextBlock } from "./blocks.ts";

/** One turn. A system turn within the conversation stays where it is: hoisting it would cost the prompt cache. */
export interface Turn {
  readonly role: "user" | "assistant" | "system";
  readonly content: readonly Block[];
  /** Members that only the client's dialect knows, as they came. */
  readonly extra?: JsonObject | undefined;
}

/** A tool that the client runs. */
export interface FunctionTool {
  readonly type: "function";
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of its input. */
  readonly schema: JsonObject;
  /** Undefined: not said. */
  readonly strict?: boolean | undefined;
  /** Not loaded until a search finds it. */
  readonly isDeferred: boolean;
  readonly cache?: CacheMark | undefined;
  /** Members that only the client's dialect knows, as they came. */
  readonly extra?: JsonObject | undefined;
}

/** A tool that the upstream runs, or that only Anthropic's models know by its type: `web_search_20250305`. */
export interface ServerTool {
  readonly type: "server";
  readonly kind: string;
  readonly name: string;
  readonly raw: JsonObject;
}

export type Tool = FunctionTool | ServerTool;

export type ToolChoice =
  | { readonly type: "auto" }
  | { readonly type: "any" }
  | { readonly type: "none" }
  | { readonly type: "tool"; readonly name: string };

export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

/** How much a model is to think before it answers. */
export type Thinking =
  | { readonly mode: "off" }
  | { readonly mode: "adaptive" }
  | { readonly mode: "budget"; readonly budgetTokens: number };

/** The form that an answer has to have. */
export interface OutputFormat {
  readonly name?: string | undefined;
  readonly schema: JsonObject;
  readonly strict?: boolean | undefined;
}

/**
 * A request in the one form that every dialect is read into and written from: Anthropic's Messages, with content always a
 * list and what no other dialect has kept aside.
 */
export interface CanonicalRequest {
  readonly model: string;
  readonly maxTokens?: number | undefined;
  readonly system: readonly TextBlock[];
  readonly turns: readonly Turn[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice | undefined;
  /** Undefined: not said. */
  readonly parallelToolCalls?: boolean | undefined;
  readonly stream: boolean;
  /** Of a dialect whose streams tell their usage only where that is asked for. */
  readonly wantsStreamUsage?: boolean | undefined;
  readonly thinking?: Thinking | undefined;
  readonly effort?: Effort | undefined;
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly stopSequences: readonly string[];
  readonly outputFormat?: OutputFormat | undefined;
  /** Names the end user or the session to the provider. */
  readonly userId?: string | undefined;
  /** Top-level members that were not understood, by name; of one that was understood in part, what remains of it. */
  readonly extra: JsonObject;
  /** Whose words every `extra` is in; a writer of another dialect leaves them out and says so. */
  readonly dialect?: string | undefined;
}
