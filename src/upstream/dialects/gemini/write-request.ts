import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, JsonObject, WrittenRequest } from "../../../canonical/index.ts";
import { type Lose, makeLosses } from "./losses.ts";
import { modelPath } from "./model-path.ts";
import { contextOf } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";
import { noteUnsaid } from "./unsaid.ts";
import { writeConfig } from "./write-config.ts";
import { writeContents } from "./write-contents.ts";
import { writeTools } from "./write-tools.ts";

/** Changes with every request: left in, it would end every prompt cache; to nobody but Anthropic it says anything. */
const BILLING_LINE = "x-anthropic-billing-header:";

/** A request for an answer, whole or as a stream. */
export function writeRequest(
  request: CanonicalRequest,
  traits: GeminiTraits,
): Result<WrittenRequest, GatewayError> {
  const path = modelPath(request.model, request.stream ? "stream" : "generate", traits);
  if (!path.ok) return path;
  const { lose, names } = makeLosses();
  const body = writeBody(request, traits, lose);
  if (!body.ok) return body;
  return ok({ path: path.value, body: body.value, lossy: names(), context: contextOf(request) });
}

/** What `generateContent` takes, and `countTokens` counts. */
export function writeBody(
  request: CanonicalRequest,
  traits: GeminiTraits,
  lose: Lose,
): Result<JsonObject, GatewayError> {
  const tools = writeTools(request, traits, lose);
  if (!tools.ok) return tools;
  const canFormat = traits.formatWithFunctions || !tools.value.hasFunctions;
  if (request.outputFormat !== undefined && !canFormat) lose("outputFormat");
  const contents = writeContents(request.turns, { traits, lose });
  if (contents.length === 0) {
    return fail(gatewayError("invalid_body", "messages: nothing in them to answer"));
  }
  const config = writeConfig(request, { traits, lose, canFormat });
  noteUnsaid(request, lose);
  return ok({
    ...systemInstruction(request, canFormat),
    contents,
    ...tools.value.members,
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
  });
}

function systemInstruction(request: CanonicalRequest, canFormat: boolean): JsonObject {
  const texts = request.system
    .map(({ text }) => text)
    .filter((text) => text !== "" && !text.startsWith(BILLING_LINE));
  if (request.outputFormat !== undefined && !canFormat) {
    texts.push(
      `Answer with nothing but JSON of this schema: ${JSON.stringify(request.outputFormat.schema)}`,
    );
  }
  return texts.length === 0 ? {} : { systemInstruction: { parts: [{ text: texts.join("\n\n") }] } };
}
