import { createSecretKey } from "node:crypto";
import type { AnswerContext } from "../../../src/canonical/index.ts";
import type { AnswerFacts, ClientDialect } from "../../../src/exchange/dialect.ts";
import { anthropicDialect } from "../../../src/ingress/anthropic/errors.ts";
import { geminiArrayDialect, geminiClientDialect } from "../../../src/ingress/gemini/index.ts";
import { WITH_USAGE } from "../../../src/ingress/openai-chat/facts.fixture.ts";
import { openAiChatDialect } from "../../../src/ingress/openai-chat/index.ts";
import { openAiResponsesDialect } from "../../../src/ingress/openai-responses/index.ts";
import type { BoundDialect } from "../../../src/upstream/dialects/bind.ts";
import { PROVIDERS } from "../../../src/upstream/providers/registry.generated.ts";

export const CLIENTS: readonly ClientDialect[] = [
  anthropicDialect,
  openAiChatDialect,
  openAiResponsesDialect,
  geminiClientDialect,
  geminiArrayDialect,
];

/** Upstreams that read or write their dialect in ways of their own. */
export const UPSTREAMS = {
  anthropic: [
    spoken("anthropic-compatible", "claude-opus-5-5"),
    spoken("openrouter", "anthropic/claude-sonnet-5-5"),
  ],
  "openai-chat": [
    spoken("openai-compatible", "m"),
    spoken("openrouter", "google/gemini-3-pro-preview"),
    spoken("mistral", "magistral-medium-latest"),
    spoken("groq", "openai/gpt-oss-120b"),
  ],
  "openai-responses": [spoken("openai", "gpt-5.1")],
  "bedrock-converse": [spoken("bedrock", "amazon.nova-2-lite-v1:0")],
  gemini: [spoken("gemini", "gemini-3-pro-preview"), spoken("gemini", "gemini-2.5-flash")],
} as const;
export type UpstreamDialectName = keyof typeof UPSTREAMS;

export const ALL_UPSTREAMS: readonly BoundDialect[] = Object.values(UPSTREAMS).flat();

export const KEY = createSecretKey(Buffer.alloc(32, 3));
export const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };
export const FACTS: AnswerFacts = WITH_USAGE;

function spoken(provider: string, model: string): BoundDialect {
  const definition = PROVIDERS.get(provider);
  if (definition === undefined) throw new Error(`no provider ${provider}`);
  return definition.dialectFor(model);
}
