import type { UpstreamDialect } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { openStream } from "./read-stream.ts";
import type { GeminiTraits } from "./traits.ts";
import { writeRequest } from "./write-request.ts";
import { searchesItself } from "./write-tools.ts";

/** `generateContent` and `streamGenerateContent`, as AI Studio and Vertex AI speak them. */
export const geminiDialect: UpstreamDialect<GeminiTraits> = {
  id: "gemini",
  writeRequest,
  readMessage: (body, _traits, context) => readMessage(body, context),
  openStream: (_traits, context) => openStream(context),
  readError,
  searches: searchesItself,
};
