import type { ClientDialect } from "../../exchange/dialect.ts";
import { ARRAY, type Framing, SSE } from "./framing.ts";
import { readRequest } from "./read-request.ts";
import { gatewayEnvelope, renderError } from "./render-error.ts";
import { writeError } from "./write-error.ts";
import { writeMessage } from "./write-message.ts";
import { StreamWriter } from "./write-stream.ts";

/** `generateContent` and `streamGenerateContent?alt=sse`, which all of Google's own clients use. */
export const geminiClientDialect: ClientDialect = dialectWith(SSE);

/**
 * The same for `streamGenerateContent` without `alt`, whose answer is one JSON list, of the type `application/json`.
 *
 * An error in the middle ends the list after at least one item, for nothing is told of an answer before.
 */
export const geminiArrayDialect: ClientDialect = dialectWith(ARRAY);

function dialectWith(framing: Framing): ClientDialect {
  return {
    id: "gemini",
    usualProvider: "gemini",
    // Gemini CLI 0.61 (observed 2026-11-25): its list of codes has ECONNRESET and not what an early end gives.
    repeatsAfterReset: true,
    canonical: {
      readRequest,
      openWriter: (facts) => new StreamWriter(facts, framing),
      streamType: framing.type,
      ping: framing.ping,
      writeMessage: (message, facts) => JSON.stringify(writeMessage(message, facts)),
      writeError,
    },
    renderError,
    renderStreamError: (error) => framing.write(gatewayEnvelope(error), false, true),
  };
}
