import type { ClientDialect } from "../../exchange/dialect.ts";
import { readRequest } from "./read-request.ts";
import { renderError, renderStreamError } from "./render-error.ts";
import { PING, StreamWriter, writeMessage } from "./write-answer.ts";
import { writeError } from "./write-error.ts";

/**
 * OpenAI's Responses, as Codex and the official SDKs speak it.
 *
 * Over HTTP alone: Codex's built-in provider tries a WebSocket first, and goes on with a POST at once when the upgrade is
 * answered 426. After a 404 it tries six times more, for thirteen seconds.
 */
export const openAiResponsesDialect: ClientDialect = {
  id: "openai-responses",
  usualProvider: "openai",
  canonical: {
    readRequest,
    openWriter: (facts) => new StreamWriter(facts),
    ping: PING,
    writeMessage,
    writeError,
  },
  renderError,
  renderStreamError,
};
