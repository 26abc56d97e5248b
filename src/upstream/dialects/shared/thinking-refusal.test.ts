import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { anthropicMessages } from "../anthropic/index.ts";
import { geminiDialect } from "../gemini/index.ts";
import { openAiChat } from "../openai-chat/index.ts";
import { openAiResponses } from "../openai-responses/index.ts";

const OPENAI = {
  error: {
    message: "The encrypted content gAAA... could not be verified.",
    type: "invalid_request_error",
    code: "invalid_encrypted_content",
  },
};

describe("an upstream that does not take thinking back", () => {
  for (const [who, dialect, body] of [
    ["OpenAI", openAiResponses, OPENAI],
    ["OpenAI's other API", openAiChat, OPENAI],
    ["a host that drops the code", openAiChat, { error: { message: OPENAI.error.message } }],
    [
      "OpenRouter",
      openAiChat,
      {
        error: {
          message: "contains encrypted reasoning that was produced under a different model",
        },
      },
    ],
    ["xAI", openAiResponses, { code: "invalid-argument", error: "Could not decrypt the item." }],
    ["Gemini", geminiDialect, { error: { code: 400, message: "Corrupted thought signature." } }],
    [
      "Claude",
      anthropicMessages,
      {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "messages.1.content.0: Invalid `signature` in `thinking` block",
        },
      },
    ],
  ] as const) {
    it(`is known where it is ${who}`, () => {
      const error = dialect.readError(400, [], Buffer.from(JSON.stringify(body)));
      assert.equal(error.kind, "thinking_refused");
    });
  }
});
