import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, JsonObject, WrittenRequest } from "../../../canonical/index.ts";
import { encode } from "../../signing/aws/index.ts";
import { answerContext } from "../shared/answer-context.ts";
import { askForJson } from "../shared/ask-for-json.ts";
import { type Losses, makeLosses } from "../shared/losses.ts";
import { toSteps } from "../shared/steps.ts";
import { spokenSystem } from "../shared/system-text.ts";
import { notePartExtras } from "../shared/unsaid.ts";
import { CachePoints } from "./cache-points.ts";
import type { ConverseTraits } from "./traits.ts";
import { writeConfig, writeExtras } from "./write-config.ts";
import { writeMessages } from "./write-messages.ts";
import { wireName, writeTools } from "./write-tools.ts";

/** A request for an answer, whole or as a stream. */
export function writeRequest(
  request: CanonicalRequest,
  traits: ConverseTraits,
): Result<WrittenRequest, GatewayError> {
  const losses = makeLosses();
  const body = writeBody(request, traits, losses);
  if (!body.ok) return body;
  const path = conversePath(request.model, request.stream ? "converse-stream" : "converse");
  if (!path.ok) return path;
  const context = answerContext(request, wireName);
  return ok({ path: path.value, body: body.value, lossy: losses.names(), context });
}

/** Where a model is asked; refused for a name that would be another place. */
export function conversePath(model: string, operation: string): Result<string, GatewayError> {
  if (/^\.{0,2}$/.test(model)) {
    return fail(gatewayError("not_translatable", "model: names no model of Bedrock's"));
  }
  return ok(`/model/${encode(model)}/${operation}`);
}

/** What Converse takes, and CountTokens counts. */
export function writeBody(
  request: CanonicalRequest,
  traits: ConverseTraits,
  losses: Losses,
): Result<JsonObject, GatewayError> {
  const { lose } = losses;
  const points = new CachePoints(traits.cachePoints);
  const system = writeSystem(request, traits, points);
  const steps = toSteps(request.turns, lose);
  if (steps.length === 0) {
    return fail(gatewayError("not_translatable", "messages: nothing in them to answer"));
  }
  const tools = writeTools(request, traits, lose);
  if (!tools.ok) return tools;
  const messages = writeMessages(steps, { traits, lose, points });
  const extras = writeExtras(request, traits, lose);
  noteUnsaid(request, losses);
  return ok({
    messages,
    ...(system.length > 0 && { system }),
    ...writeConfig(request, traits, lose, extras),
    ...tools.value,
    ...(extras !== undefined && { additionalModelRequestFields: extras }),
    ...formOf(request, traits),
  });
}

function writeSystem(
  request: CanonicalRequest,
  traits: ConverseTraits,
  points: CachePoints,
): readonly JsonObject[] {
  const { outputFormat } = request;
  const spoken = spokenSystem(request.system).flatMap(({ text, cache }) =>
    points.after({ text }, cache),
  );
  const isAsked = outputFormat !== undefined && !traits.formats;
  return isAsked ? [...spoken, { text: askForJson(outputFormat.schema) }] : spoken;
}

/** The schema stands there as text. source: recorded exchanges, 2026-11 */
function formOf({ outputFormat }: CanonicalRequest, { formats }: ConverseTraits): JsonObject {
  if (outputFormat === undefined || !formats) return {};
  const { name = "answer", schema } = outputFormat;
  const jsonSchema = { name, schema: JSON.stringify(schema) };
  return { outputConfig: { textFormat: { type: "json_schema", structure: { jsonSchema } } } };
}

/** What Converse has no member for. */
function noteUnsaid(request: CanonicalRequest, losses: Losses): void {
  const { lose } = losses;
  if (request.userId !== undefined) lose("userId");
  if (request.parallelToolCalls === false && request.tools.length > 0) lose("parallelToolCalls");
  losses.loseExtra(request.extra);
  notePartExtras(request, losses);
}
