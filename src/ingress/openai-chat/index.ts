import type { ClientDialect } from "../../exchange/dialect.ts";
import { renderError, renderStreamError } from "./gateway-error.ts";
import { DIALECT, readRequest } from "./read-request.ts";
import { writeError } from "./write-error.ts";
import { writeMessage } from "./write-message.ts";
import { PING, StreamWriter } from "./write-stream.ts";

/** OpenAI's Chat Completions as clients speak them. */
export const openAiChatDialect: ClientDialect = {
  id: DIALECT,
  usualProvider: "openai",
  canonical: {
    readRequest,
    openWriter: (facts) => new StreamWriter(facts),
    ping: PING,
    writeMessage: (message, facts) => JSON.stringify(writeMessage(message, facts)),
    writeError,
  },
  renderError,
  renderStreamError,
};
