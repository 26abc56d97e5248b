import type { UpstreamDialect } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { writeRequest } from "./request.ts";
import { ResponsesStreamReader } from "./stream-reader.ts";
import type { ResponsesTraits } from "./traits.ts";

export type { ResponsesTraits } from "./traits.ts";

/** OpenAI's Responses, as OpenAI, Azure, xAI, DeepSeek, OpenRouter and local servers speak it. */
export const openAiResponses: UpstreamDialect<ResponsesTraits> = {
  id: "openai-responses",
  writeRequest,
  readMessage: (body, _traits, context) => readMessage(body, context),
  openStream: (_traits, context) => new ResponsesStreamReader(context),
  readError,
  searches: (_request, { webSearch }) => webSearch,
};
