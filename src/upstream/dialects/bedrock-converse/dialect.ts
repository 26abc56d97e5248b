import type { UpstreamDialect } from "../../../canonical/index.ts";
import { readError } from "./read-error.ts";
import { readMessage } from "./read-message.ts";
import { openStream } from "./read-stream.ts";
import type { ConverseTraits } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

/** Bedrock's Converse and ConverseStream, by which every model on Bedrock can be spoken to. */
export const bedrockConverse: UpstreamDialect<ConverseTraits> = {
  id: "bedrock-converse",
  writeRequest,
  readMessage: (body, _traits, context) => readMessage(body, context),
  openStream: (_traits, context) => openStream(context),
  readError,
};
