import { createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseJson } from "../../src/base/json.ts";
import type { CanonicalRequest, JsonObject } from "../../src/canonical/index.ts";
import type { AnswerFacts } from "../../src/exchange/dialect.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "../../src/upstream/dialects/openai-chat/index.ts";
import { at, chatExchanges, isRecord } from "./openai-chat-exchanges.ts";

const FOLDER = join(
  process.env["SPILLWAY_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "corpus/exchanges/openai-chat",
);

export interface RecordedRequest {
  readonly name: string;
  readonly body: JsonObject;
}

/** What clients sent, where it was recorded. */
export function chatRequests(): readonly RecordedRequest[] {
  return chatExchanges().flatMap(({ name }) => {
    const parsed = parseJson(readFileSync(join(FOLDER, `${name}.json`)), { maxBytes: 2 ** 30 });
    const body = parsed.ok ? at(parsed.value, "request", "body") : undefined;
    return isRecord(body) ? [{ name, body }] : [];
  });
}

const LEVELS = { none: "none", minimal: "minimal", low: "low", medium: "medium", high: "high" };

/** A server that takes everything, in the spelling of this request. */
export function permissiveTraits(body: JsonObject): ChatTraits {
  const text = JSON.stringify(body["messages"]);
  const field = text.includes('"reasoning":') ? "reasoning" : "reasoning_content";
  return {
    ...UNKNOWN_SERVER,
    maxTokensField: "max_completion_tokens" in body ? "max_completion_tokens" : "max_tokens",
    toolIds: "opaque",
    toolNames: { characters: "\\s\\S", maxLength: 1_000 },
    toolChoice: {
      any: body["tool_choice"] === "any" ? "any" : "required",
      named: "function",
      none: "none",
    },
    parallelToolCalls: "allowed",
    strictTools: "allowed",
    reasoning:
      "reasoning" in body
        ? { by: "reasoning", levels: LEVELS, takesBudget: true }
        : "thinking" in body
          ? { by: "thinking", levels: LEVELS }
          : { by: "reasoning_effort", levels: LEVELS, adaptive: undefined },
    echo: text.includes('"reasoning_details":')
      ? { form: "details" }
      : { form: "text", field, turns: "all", placeholder: undefined },
    images: "accepted",
    files: "accepted",
    sampling: { temperature: true, topP: true, topK: true },
    responseFormat: "json_schema",
    cacheMarks: "kept",
    userField: "user",
  };
}

/** Marks thinking as an exchange does. */
export const SEALING = { provider: "recorded", key: createSecretKey(Buffer.alloc(32, 7)) };

const REQUEST: CanonicalRequest = {
  dialect: "openai-chat",
  model: "asked-for",
  system: [],
  turns: [],
  tools: [],
  stream: true,
  wantsStreamUsage: true,
  stopSequences: [],
  extra: {},
};

export const FACTS: AnswerFacts = {
  requestId: "spx_1",
  request: REQUEST,
  model: REQUEST.model,
  estimatedInputTokens: 0,
  credential: "gateway",
};
