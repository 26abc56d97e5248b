import type { UpstreamDialect } from "../../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { MessageStreamReader } from "./read-stream.ts";
import type { AnthropicTraits } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

export type { AnthropicTraits } from "./traits.ts";

/** Anthropic's Messages API for clients of other dialects; its own clients' bytes pass without a translation. */
export const anthropicMessages: UpstreamDialect<AnthropicTraits> = {
  id: "anthropic",
  writeRequest,
  readMessage,
  openStream: (_traits, context) => new MessageStreamReader(context),
  readError,
  searches: () => true,
};
