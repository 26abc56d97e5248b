import type { CanonicalRequest } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";

export const REQUEST: CanonicalRequest = {
  dialect: "openai-chat",
  model: "asked-for",
  system: [],
  turns: [{ role: "user", content: [{ type: "text", text: "Hi" }] }],
  tools: [],
  stream: false,
  stopSequences: [],
  extra: {},
};

/** The id is of 2026-11-25T12:00:00Z. */
export const FACTS: AnswerFacts = {
  requestId: "spx_01m8997dg0abcdefghjkmnpqrs",
  request: REQUEST,
  model: "asked-for",
  estimatedInputTokens: 700,
  credential: "caller",
};

export function factsWith(request: Partial<CanonicalRequest>): AnswerFacts {
  return { ...FACTS, request: { ...REQUEST, ...request } };
}

/** Of a client that wants the usage of streams. */
export const WITH_USAGE: AnswerFacts = factsWith({ wantsStreamUsage: true });
