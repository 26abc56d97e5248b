import type { Responder } from "../upstream/answer.ts";
import { chatApi } from "../upstream/chat.ts";
import { converseApi } from "../upstream/converse.ts";
import { geminiApi } from "../upstream/gemini.ts";
import { messagesApi } from "../upstream/messages-api.ts";
import type { ModelApi } from "../upstream/model-api.ts";
import { responsesApi } from "../upstream/responses.ts";
import { type CaseName, TURNS } from "./cases.ts";

export interface Upstream {
  readonly dialect: string;
  readonly api: ModelApi;
  /** Of the configuration; Anthropic is always there. */
  readonly provider: string;
  readonly kind: string;
  /** What else its entry in the configuration has. */
  readonly entry?: object;
  /** What its server has before the dialect's own paths. */
  readonly basePath: string;
  /** What clients ask for, and what the provider calls it. */
  readonly model: string;
  readonly served: string;
  readonly tooMany: Responder;
  readonly tooLong: Responder;
}

const TOO_MANY = "Slow down.";
const RETRY = ["retry-after", "7"];

export const UPSTREAMS: readonly Upstream[] = [
  {
    dialect: "anthropic",
    api: messagesApi,
    provider: "anthropic",
    kind: "anthropic",
    basePath: "",
    model: "claude-sonnet-5-5",
    served: "claude-sonnet-5-5",
    tooMany: messagesApi.failure(429, "rate_limit_error", TOO_MANY, RETRY),
    tooLong: messagesApi.failure(
      400,
      "invalid_request_error",
      "prompt is too long: 150000 tokens > 128000 maximum",
    ),
  },
  {
    dialect: "openai-chat",
    api: chatApi,
    provider: "router",
    kind: "openrouter",
    basePath: "/router/api",
    model: "router/vendor/some-model",
    served: "vendor/some-model",
    tooMany: chatApi.failure(429, "rate_limit_exceeded", TOO_MANY, RETRY),
    tooLong: chatApi.failure(
      400,
      "context_length_exceeded",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens.",
    ),
  },
  {
    dialect: "openai-responses",
    api: responsesApi,
    provider: "openai",
    kind: "openai",
    basePath: "/openai/v1",
    model: "openai/gpt-5.5",
    served: "gpt-5.5",
    tooMany: responsesApi.failure(429, "rate_limit_exceeded", TOO_MANY, RETRY),
    tooLong: responsesApi.failure(
      400,
      "context_length_exceeded",
      "Your input exceeds the context window of this model. Please adjust your input and try again.",
    ),
  },
  {
    dialect: "gemini",
    api: geminiApi,
    provider: "gemini",
    kind: "gemini",
    basePath: "/google",
    model: "gemini/gemini-3.5-pro",
    served: "gemini-3.5-pro",
    tooMany: geminiApi.failure(429, "RESOURCE_EXHAUSTED", TOO_MANY, RETRY),
    tooLong: geminiApi.failure(
      400,
      "INVALID_ARGUMENT",
      "The input token count (150000) exceeds the maximum number of tokens allowed (128000).",
    ),
  },
  {
    dialect: "bedrock-converse",
    api: converseApi,
    provider: "bedrock",
    kind: "bedrock",
    entry: { aws: { region: "ap-south-1" } },
    basePath: "/aws",
    model: "bedrock/us.amazon.nova-2-lite-v1:0",
    served: "us.amazon.nova-2-lite-v1:0",
    tooMany: converseApi.failure(429, "ThrottlingException", TOO_MANY, RETRY),
    tooLong: converseApi.failure(
      400,
      "ValidationException",
      "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again.",
    ),
  },
];

/** What an upstream does in a case; the error breaks a stream off in the middle. */
export function responderFor(
  { api, tooMany, tooLong }: Upstream,
  name: CaseName,
  isStream: boolean,
): Responder {
  if (name === "overflow") return tooLong;
  if (name !== "error") return api.answer(TURNS[name]);
  return isStream ? api.breakOff(TURNS[name], "Overloaded") : tooMany;
}
