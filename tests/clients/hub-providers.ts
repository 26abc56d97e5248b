import { chatApi } from "../upstream/chat.ts";
import { geminiApi } from "../upstream/gemini.ts";
import { messagesApi } from "../upstream/messages-api.ts";
import { responsesApi } from "../upstream/responses.ts";
import type { ProviderSetting } from "./hub-lab.ts";

const responses = {
  api: responsesApi,
  kind: "openai",
  basePath: "/v1",
  model: "gpt-5.5",
  target: /^\/v1\/responses$/,
} as const;

const gemini = {
  api: geminiApi,
  kind: "gemini",
  basePath: "",
  model: "gemini-3.5-pro",
  target: /^\/v1beta\/models\/gemini-3\.5-pro:streamGenerateContent\?alt=sse$/,
} as const;

/** A provider of each dialect, and those whose models their own clients name alone. */
export const PROVIDERS = {
  chat: {
    api: chatApi,
    kind: "openrouter",
    basePath: "/api",
    model: "vendor/some-model",
    target: /^\/api\/v1\/chat\/completions$/,
  },
  responses,
  gemini,
  messages: {
    api: messagesApi,
    kind: "anthropic-compatible",
    basePath: "/anthropic",
    model: "some-model",
    target: /^\/anthropic\/v1\/messages(?:\?beta=true)?$/,
  },
  openAi: { ...responses, id: "openai" },
  google: { ...gemini, id: "gemini" },
  anthropic: {
    api: messagesApi,
    id: "anthropic",
    kind: "anthropic",
    basePath: "",
    model: "claude-sonnet-5-5",
    target: /^\/v1\/messages(?:\?beta=true)?$/,
  },
} as const satisfies Record<string, ProviderSetting>;
