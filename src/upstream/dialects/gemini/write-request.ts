import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, JsonObject, WrittenRequest } from "../../../canonical/index.ts";
import { answerContext } from "../shared/answer-context.ts";
import { type Losses, makeLosses } from "../shared/losses.ts";
import { spokenSystem } from "../shared/system-text.ts";
import { notePartExtras } from "../shared/unsaid.ts";
import { modelPath } from "./model-path.ts";
import { wireName } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";
import { writeConfig } from "./write-config.ts";
import { writeContents } from "./write-contents.ts";
import { writeTools } from "./write-tools.ts";

/** A request for an answer, whole or as a stream. */
export function writeRequest(
  request: CanonicalRequest,
  traits: GeminiTraits,
): Result<WrittenRequest, GatewayError> {
  const path = modelPath(request.model, request.stream ? "stream" : "generate", traits);
  if (!path.ok) return path;
  const losses = makeLosses();
  const body = writeBody(request, traits, losses);
  if (!body.ok) return body;
  const context = answerContext(request, wireName);
  return ok({ path: path.value, body: body.value, lossy: losses.names(), context });
}

/** What `generateContent` takes, and `countTokens` counts. */
export function writeBody(
  request: CanonicalRequest,
  traits: GeminiTraits,
  losses: Losses,
): Result<JsonObject, GatewayError> {
  const { lose } = losses;
  const tools = writeTools(request, traits, lose);
  if (!tools.ok) return tools;
  const canFormat = traits.formatWithFunctions || !tools.value.hasFunctions;
  if (request.outputFormat !== undefined && !canFormat) lose("outputFormat");
  const contents = writeContents(request.turns, { traits, lose });
  if (contents.length === 0) {
    return fail(gatewayError("not_translatable", "messages: nothing in them to answer"));
  }
  const config = writeConfig(request, { traits, lose, canFormat });
  noteUnsaid(request, losses);
  return ok({
    ...systemInstruction(request, canFormat),
    contents,
    ...tools.value.members,
    ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
  });
}

/** What Gemini has no member for. */
function noteUnsaid(request: CanonicalRequest, losses: Losses): void {
  const { lose } = losses;
  if (request.userId !== undefined) lose("userId");
  if (request.parallelToolCalls === false && request.tools.length > 0) lose("parallelToolCalls");
  losses.loseExtra(request.extra);
  notePartExtras(request, losses);
}

function systemInstruction(request: CanonicalRequest, canFormat: boolean): JsonObject {
  const texts = spokenSystem(request.system).map(({ text }) => text);
  if (request.outputFormat !== undefined && !canFormat) {
    texts.push(
      `Answer with nothing but JSON of this schema: ${JSON.stringify(request.outputFormat.schema)}`,
    );
  }
  return texts.length === 0 ? {} : { systemInstruction: { parts: [{ text: texts.join("\n\n") }] } };
}
