import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Remedy } from "../../../canonical/index.ts";
import { anthropicMessages } from "../anthropic/index.ts";
import { geminiDialect } from "../gemini/index.ts";
import { openAiChat } from "../openai-chat/index.ts";
import { openAiResponses } from "../openai-responses/index.ts";
import { EFFORTS } from "./effort.ts";

const DIALECTS = {
  chat: openAiChat,
  responses: openAiResponses,
  gemini: geminiDialect,
  anthropic: anthropicMessages,
};

type Row = readonly [
  dialect: keyof typeof DIALECTS,
  body: unknown,
  expected: Remedy | undefined,
  source: string,
];

const said = (message: string, more: object = {}) => ({
  error: { message, type: "invalid_request_error", ...more },
});
const google = (message: string) => ({
  error: { code: 400, message, status: "INVALID_ARGUMENT" },
});
const all = (refused: string) => EFFORTS.filter((level) => level !== refused);

/** Errors as users of the providers reported them (read 2026-11-26). */
const EFFORT: readonly Row[] = [
  [
    "responses",
    said(
      "Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', 'medium', and 'high'.",
      { param: "reasoning.effort", code: "unsupported_value" },
    ),
    { by: "effort", levels: ["none", "low", "medium", "high"] },
    "https://github.com/anomalyco/opencode/issues/4451",
  ],
  [
    "chat",
    said(
      "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
    ),
    { by: "effort", levels: ["minimal", "low", "medium", "high"] },
    "https://github.com/Kilo-Org/cloud/pull/3807",
  ],
  [
    "responses",
    said("Unsupported parameter: 'reasoning.effort' is not supported with this model.", {
      param: "reasoning.effort",
      code: "unsupported_parameter",
    }),
    { by: "effort", levels: [] },
    "https://github.com/BerriAI/litellm/pull/38842",
  ],
  [
    "chat",
    said("reasoning_effort must be one of none or default"),
    { by: "effort", levels: ["none"] },
    "https://github.com/earendil-works/pi/issues/1745",
  ],
  [
    "chat",
    said("property 'reasoning_effort' is unsupported, did you mean 'reasoning_format'?"),
    { by: "effort", levels: [] },
    "https://github.com/Aider-AI/aider/issues/3572",
  ],
  [
    "chat",
    {
      object: "error",
      message:
        "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': \"Input should be 'low', 'medium' or 'high'\", 'input': 'xhigh', 'ctx': {'expected': \"'low', 'medium' or 'high'\"}}\n",
      type: "Bad Request",
      param: null,
      code: 400,
    },
    { by: "effort", levels: ["low", "medium", "high"] },
    "https://github.com/router-for-me/CLIProxyAPI/issues/1572",
  ],
  [
    "chat",
    said('level "max" not supported, valid levels: low, medium, high, xhigh'),
    { by: "effort", levels: ["low", "medium", "high", "xhigh"] },
    "https://github.com/nguyenphutrong/quotio/issues/287",
  ],
  [
    "chat",
    said('think value "medium" is not supported for this model', { type: "api_error" }),
    { by: "effort", levels: all("medium") },
    "https://github.com/ollama/ollama/issues/12561",
  ],
  [
    "chat",
    said("invalid reasoning value: 'minimal'"),
    { by: "effort", levels: all("minimal") },
    "https://github.com/DevEmperor/DictateKeyboard/issues/186",
  ],
  [
    "responses",
    said("validation failed: effort must be one of: low medium high "),
    { by: "effort", levels: ["low", "medium", "high"] },
    "https://github.com/perplexityai/perplexity-py/issues/45",
  ],
  [
    "responses",
    {
      code: "invalid-argument",
      error: "Model grok-4.20-0309-reasoning does not support parameter reasoningEffort.",
    },
    { by: "effort", levels: [] },
    "https://github.com/chenyme/grok2api/issues/814",
  ],
  [
    "gemini",
    google("Thinking level MINIMAL is not supported for this model."),
    { by: "effort", levels: all("minimal") },
    "https://github.com/vellum-ai/vellum-assistant/pull/32687",
  ],
  [
    "gemini",
    [
      google(
        "Unable to submit request because thinking_level MEDIUM is not supported by this model. Learn more: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/gemini",
      ),
    ],
    { by: "effort", levels: all("medium") },
    "https://github.com/jenslys/opencode-gemini-auth/issues/14",
  ],
  [
    "gemini",
    google("Thinking level is not supported for this model."),
    { by: "effort", levels: [] },
    "https://github.com/RooCodeInc/Roo-Code/issues/10700",
  ],
  [
    "anthropic",
    said(
      "This model does not support effort level 'xhigh'. Supported levels: high, low, max, medium.",
    ),
    { by: "effort", levels: ["high", "low", "max", "medium"] },
    "recorded exchange, 2026-11",
  ],
  [
    "anthropic",
    said(
      "output_config.effort 'xhigh' is not supported when thinking is disabled on this model. Use effort 'high' or below, or enable thinking.",
    ),
    { by: "effort", levels: all("xhigh"), isOnce: true },
    "https://github.com/anthropics/claude-code/issues/81084",
  ],
  [
    "chat",
    {
      error: {
        message:
          'output_config.effort "high" is not supported by model claude-opus-4.7; supported values: [medium]',
        code: "invalid_reasoning_effort",
      },
    },
    { by: "effort", levels: ["medium"] },
    "https://github.com/caozhiyuan/copilot-api/issues/190",
  ],
];

const THINKING: readonly Row[] = [
  [
    "gemini",
    google("thinking_config is not supported."),
    { by: "thinking" },
    "https://github.com/immersive-translate/immersive-translate/issues/2976",
  ],
  [
    "gemini",
    google("Thinking is not enabled for models/gemini-2.0-flash-preview-image-generation"),
    { by: "thinking" },
    "https://github.com/lobehub/lobehub/issues/7985",
  ],
  [
    "gemini",
    google(
      "Unable to submit request because Thinking_config.include_thoughts is only enabled when thinking is enabled.. Learn more: https://cloud.google.com/",
    ),
    { by: "thinking" },
    "https://github.com/lobehub/lobehub/issues/7985",
  ],
  [
    "chat",
    said('"registry.ollama.ai/library/qwen2.5" does not support thinking', { type: "api_error" }),
    { by: "thinking" },
    "https://github.com/DevEmperor/DictateKeyboard/issues/186",
  ],
  [
    "anthropic",
    said(
      "messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`.",
    ),
    { by: "thinking", isOnce: true },
    "https://github.com/anomalyco/opencode/issues/3077",
  ],
];

const most = (limit: number): Remedy => ({ by: "max_tokens", limit });
const MAX_TOKENS: readonly Row[] = [
  [
    "chat",
    said(
      "max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you provided 8192.",
      { param: "max_tokens", code: null },
    ),
    most(4_096),
    "https://github.com/ChatGPTNextWeb/NextChat/issues/3195",
  ],
  [
    "chat",
    said(
      "`max_tokens` must be less than or equal to `32768`, the maximum value for `max_tokens` is less than the `context_window` for this model",
      { param: "max_tokens" },
    ),
    most(32_768),
    "https://github.com/cooneycw/claude-power-pack/issues/329",
  ],
  [
    "chat",
    said("max_tokens for `llama-3.1-8b-instant` must be less than or equal to 8000"),
    most(8_000),
    "https://github.com/skapadia3214/groq-moa/issues/8",
  ],
  [
    "chat",
    said("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", {
      code: "invalid_request_error",
    }),
    most(8_192),
    "https://github.com/deepseek-ai/DeepSeek-V3/issues/69",
  ],
  [
    "chat",
    {
      error: {
        code: "invalid_parameter_error",
        param: null,
        message:
          "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]",
        type: "invalid_request_error",
      },
    },
    most(8_192),
    "https://github.com/open-webui/open-webui/issues/10507",
  ],
  [
    "chat",
    {
      error: {
        code: "InvalidParameter",
        message:
          "The parameter `max_completion_tokens` specified in the request are not valid: integer above maximum value, expected a value <= 12288, but got 32000 instead. Request id: 021775",
        param: "max_completion_tokens",
        type: "BadRequest",
      },
    },
    most(12_288),
    "https://github.com/Gitlawb/openclaude/issues/331",
  ],
  [
    "chat",
    said(
      "max_tokens (384000) exceeds model's maximum output tokens (65536)\nfor model deepseek-v4-flash:0731",
    ),
    most(65_536),
    "https://github.com/DaviRain-Su/hyper-grok-build/issues/44",
  ],
  [
    "gemini",
    google(
      "Unable to submit request because it has a maxOutputTokens value of 65536 but the supported range is from 1 (inclusive) to 65536 (exclusive). Update the value and try again.",
    ),
    most(65_535),
    "https://github.com/BerriAI/litellm/pull/10548",
  ],
  [
    "anthropic",
    said(
      "max_tokens: 128001 > 64000, which is the maximum allowed number of output tokens for claude-opus-4-5-20251101",
    ),
    most(64_000),
    "https://github.com/anthropics/claude-code/issues/24451",
  ],
];

const MEMBERS: readonly Row[] = [
  [
    "chat",
    said(
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { param: "max_tokens", code: "unsupported_parameter" },
    ),
    { by: "member", name: "max_tokens" },
    "https://github.com/ITSpecialist111/ai_automation_suggester/issues/38",
  ],
  [
    "chat",
    said(
      "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.",
      { param: "temperature", code: "unsupported_value" },
    ),
    { by: "member", name: "temperature" },
    "https://github.com/johny-b/llmcomp/issues/69",
  ],
  [
    "responses",
    said("Unsupported parameter: 'parallel_tool_calls' is not supported with this model.", {
      param: "parallel_tool_calls",
      code: "unsupported_parameter",
    }),
    { by: "member", name: "parallel_tool_calls" },
    "https://github.com/evalstate/fast-agent/issues/279",
  ],
  [
    "chat",
    said("Unrecognized request argument supplied: parallel_tool_calls"),
    { by: "member", name: "parallel_tool_calls" },
    "https://github.com/Azure/azure-sdk-for-net/issues/45719",
  ],
  [
    "chat",
    {
      detail: [
        {
          type: "extra_forbidden",
          loc: ["body", "stream_options"],
          msg: "Extra inputs are not permitted",
          input: { include_usage: true },
        },
      ],
    },
    { by: "member", name: "stream_options" },
    "Mistral's form of FastAPI's error",
  ],
  [
    "anthropic",
    said("top_k: Extra inputs are not permitted"),
    { by: "member", name: "top_k" },
    "https://github.com/anthropics/claude-code/issues/21612",
  ],
];

/** Errors that no gateway can set right. */
const NONE: readonly Row[] = [
  [
    "chat",
    said("Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3.", {
      param: "temperature",
      code: "decimal_above_max_value",
    }),
    undefined,
    "the client's own fault",
  ],
  [
    "chat",
    said(
      "'max_tokens' or 'max_completion_tokens' is too large: 64000. This model's maximum context length is 64001 tokens and your request has 24235 input tokens (64000 > 64001 - 24235). None",
    ),
    undefined,
    "https://github.com/claude-code-best/claude-code/issues/272",
  ],
  [
    "anthropic",
    said("max_tokens must be greater than thinking.budget_tokens"),
    undefined,
    "the client's own fault",
  ],
  ["gemini", google("Request contains an invalid argument."), undefined, "nothing is told"],
];

for (const [what, rows] of Object.entries({ EFFORT, THINKING, MAX_TOKENS, MEMBERS, NONE })) {
  describe(`what would have a refused request answered: ${what}`, () => {
    for (const [dialect, body, expected, source] of rows) {
      it(`${dialect}: ${source}`, () => {
        const bytes = Buffer.from(JSON.stringify(body));
        assert.deepEqual(DIALECTS[dialect].readError(400, [], bytes).remedy, expected);
        const { remedy } = DIALECTS[dialect].readError(429, [], bytes);
        assert.equal(remedy, undefined, "who is to wait is not refused");
      });
    }
  });
}
