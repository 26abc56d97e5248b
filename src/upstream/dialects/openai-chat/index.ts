import type { UpstreamDialect } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { openStream } from "./stream-reader.ts";
import type { ChatTraits } from "./traits.ts";
import { DIALECT, writeRequest } from "./write-request.ts";

export type { EffortLevels, ReasoningEcho, ReasoningKnob } from "./reasoning-traits.ts";
export { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";

/** OpenAI's Chat Completions, and the many servers that speak them in their own way. */
export const openAiChat: UpstreamDialect<ChatTraits> = {
  id: DIALECT,
  writeRequest,
  readMessage,
  openStream,
  readError,
};
