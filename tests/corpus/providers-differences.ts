import type { CanonicalRequest } from "../../src/canonical/index.ts";

const OTHER_DIALECT =
  "this provider is spoken to in another dialect, which it prefers or which loses less";
const NO_SUBSET =
  "Anthropic has no choice among some of the tools: its recording sends those alone, the other's names them";

/** Where we ask otherwise than the recording client did, and why that is right. */
export const OTHER_WISHES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  toolChoice: {
    "openai: openai-chat for gpt-5-mini": OTHER_DIALECT,
    "openai__tool-choice-matrix-tools-plus-output-openai-responses__1of2: tools": NO_SUBSET,
    "openai__tool-choice-matrix-tools-plus-output-openai-responses__1of2: choice": NO_SUBSET,
    "google__tool-choice-matrix-tools-plus-output-google__1of2: tools": NO_SUBSET,
    "openai__tool-choice-matrix-tools-plus-output-openai-responses__2of2: tools": NO_SUBSET,
    "openai__tool-choice-matrix-tools-plus-output-openai-responses__2of2: choice": NO_SUBSET,
    "google__tool-choice-matrix-tools-plus-output-google__2of2: tools": NO_SUBSET,
  },
  parallelCalls: {
    "openai: openai-chat for gpt-5": OTHER_DIALECT,
    "xai: openai-chat for grok-4-fast": OTHER_DIALECT,
    "xai: openai-chat for grok-code-fast-1": OTHER_DIALECT,
    "zai: openai-chat for glm-4.7-flash": OTHER_DIALECT,
    "openai: openai-responses for gpt-4o":
      "a model without reasoning, which Chat Completions do justice",
    "openai__openairesponsescommon-openai-gpt-5-multi-tool-streaming__2of2: roles":
      "Claude said a sentence before its calls, and GPT-5 did not",
    "openai__openairesponsescommon-openai-gpt-5-multi-tool__2of2: roles":
      "Claude said a sentence before its calls, and GPT-5 did not",
  },
};

/** Members that we send, though no recording of the provider has them. */
export const MEMBERS_NOT_RECORDED: Readonly<Record<string, string>> = {
  "azure instructions": "in its API reference",
  "azure parallel_tool_calls": "in its API reference",
  "azure prompt_cache_key": "in its API reference",
  "azure user": "in its API reference",
  "cerebras max_tokens": "in its documentation and in its SDK",
  "cerebras stream_options": "the default: without it no stream could be priced",
  "groq parallel_tool_calls": "in its SDK",
  "mistral max_tokens": "in its API description",
  "mistral parallel_tool_calls": "in its API description",
  "openai prompt_cache_key": "in its API reference",
  "openai safety_identifier": "in its API reference",
};

interface ReasoningCase {
  readonly asked: Partial<CanonicalRequest>;
  /** Where we write something else. */
  readonly butFor?: { readonly ours: object; readonly reason: string };
}

const ADAPTIVE: Partial<CanonicalRequest> = { thinking: { mode: "adaptive" } };
const OFF: Partial<CanonicalRequest> = { thinking: { mode: "off" } };
const NO_FORMAT =
  "reasoning_format is not sent: unasked, gpt-oss's reasoning comes apart from its text";

/** What each recorded case asks for, in our words. */
export const REASONING_CASES: Readonly<Record<string, ReasoningCase>> = {
  "cerebras-gpt-oss-always-on": { asked: {} },
  "cerebras-zai-clear-thinking": {
    asked: OFF,
    butFor: {
      ours: { reasoning_effort: "none" },
      reason: "clear_thinking is an option of its own",
    },
  },
  "groq-gpt-oss-explicit-effort-overrides-thinking": effort("high", "high"),
  "groq-gpt-oss-thinking-false-noop": {
    asked: OFF,
    butFor: {
      ours: { reasoning_effort: "low" },
      reason: "it cannot be turned off: the least is asked for",
    },
  },
  "groq-gpt-oss-thinking-high": effort("high", "high"),
  "groq-gpt-oss-thinking-medium": effort("medium", "medium"),
  "groq-gpt-oss-thinking-merges-user-extra-body": effort("high", "high"),
  "groq-gpt-oss-thinking-minimal-folds-to-low": effort("minimal", "low"),
  "groq-gpt-oss-thinking-true-maps-to-medium": {
    asked: ADAPTIVE,
    butFor: { ours: { reasoning_effort: "medium" }, reason: NO_FORMAT },
  },
  "groq-gpt-oss-thinking-xhigh-folds-to-high": effort("xhigh", "high"),
  "groq-qwen3-disable-merges-user-extra-body": { asked: OFF },
  "groq-qwen3-disable-overrides-effort-setting": { asked: { ...OFF, effort: "high" } },
  "groq-qwen3-disable": { asked: OFF },
  "groq-qwen3-effort-setting": { asked: { effort: "medium" } },
  "groq-qwen3-enable-level-sends-no-effort": {
    asked: { effort: "high" },
    butFor: {
      ours: { reasoning_effort: "default" },
      reason: "what it does unasked is said, which it takes too; its <think> is read from the text",
    },
  },
  "mistral-magistral-always-on-no-effort": { asked: { effort: "high" } },
  "mistral-small-disable": { asked: OFF },
  "mistral-small-thinking-high": { asked: { effort: "high" } },
  "mistral-small-unset-omits-effort": { asked: {} },
};

function effort(
  asked: NonNullable<CanonicalRequest["effort"]>,
  sent: "low" | "medium" | "high",
): ReasoningCase {
  return {
    asked: { effort: asked },
    butFor: { ours: { reasoning_effort: sent }, reason: NO_FORMAT },
  };
}

/** Why a provider refused what another client sent. */
export type Cause =
  /** Nothing that a request's translation could have prevented. */
  | { readonly names: RegExp; readonly reason: string }
  /** What is asked of us, of whom, and what must not be in our request. */
  | {
      readonly names: RegExp;
      readonly asked: Partial<CanonicalRequest>;
      readonly never: RegExp;
      readonly of?: readonly [provider: string, model: string];
    };

const SYSTEM: Partial<CanonicalRequest> = { system: [{ type: "text", text: "Be brief." }] };

export const CAUSES: readonly Cause[] = [
  {
    names:
      /name-suggestion|unknown-model|missing-model|completion-404|tool-regular-error|agents-and-tools|api-error-content/,
    reason: "the client named a model that there is not",
  },
  { names: /azure__chat-reasoning/, reason: "the client named a deployment that there is not" },
  { names: /tool-use-failed/, reason: "the model broke its own form" },
  { names: /errors-raised/, reason: "the provider was asked too often" },
  { names: /chat-no-messages/, reason: "a request without messages is refused before it is sent" },
  { names: /-audio-/, reason: "no client dialect of ours brings audio into a conversation" },
  {
    names: /__vision|direct-url-image-google-vertex/,
    reason: "the client's picture could not be read, or fetched",
  },
  { names: /responses-model-http-error/, reason: "the client's temperature was below 0" },
  { names: /invalid-temperature/, reason: "the client's temperature was 1000" },
  {
    names: /o1-mini-system-role/,
    reason:
      "the model takes no instructions at all, and is retired: there is nothing to send it instead",
  },
  {
    names: /thinking-with-modified-history/,
    reason: "a reasoning item goes back with what it led to: the dialect's own tests see to it",
  },
  {
    names: /effort-xhigh-unsupported/,
    of: ["openrouter", "anthropic/claude-opus-4.6"],
    asked: { effort: "xhigh" },
    never: /xhigh/,
  },
  {
    names: /malformed-assistant-tool-order/,
    of: ["litellm", "claude-haiku-4-5"],
    asked: {
      turns: [
        { role: "user", content: [{ type: "text", text: "Go." }] },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "call_1", name: "look", input: "{}" },
            { type: "text", text: "I look." },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", toolUseId: "call_1", content: [], isError: false },
            { type: "text", text: "And?" },
          ],
        },
      ],
    },
    never: /"type":"tool_use"[^\]]*"type":"text"[^\]]*\]\},\{"role":"user"/,
  },
  {
    names: /invalid-role/,
    asked: {
      ...SYSTEM,
      turns: [
        { role: "user", content: [{ type: "text", text: "Go." }] },
        { role: "assistant", content: [{ type: "text", text: "I go." }] },
        { role: "system", content: [{ type: "text", text: "Mind the gap." }] },
        { role: "user", content: [{ type: "text", text: "And?" }] },
      ],
    },
    never: /"role":"(?!user"|model")/,
  },
  { names: /chat-bad-request|legacy-parameter/, asked: { maxTokens: 64 }, never: /"max_tokens"/ },
  { names: /reasoning-model-temperature/, asked: { temperature: 0.5 }, never: /"temperature"/ },
  { names: /web-search-tool-model/, asked: SYSTEM, never: /"web_search_options"/ },
  {
    names: /rejects-interleaved-function-calls/,
    asked: SYSTEM,
    // Its Messages take calls with what was said between them.
    never: /"function_call"/,
  },
];
