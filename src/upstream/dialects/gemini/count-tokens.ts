import type { GatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  UpstreamError,
  WrittenRequest,
} from "../../../canonical/index.ts";
import { answerContext } from "../shared/answer-context.ts";
import { makeLosses } from "../shared/losses.ts";
import { modelPath } from "./model-path.ts";
import { countOf } from "./read-usage.ts";
import { wireName } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";
import { writeBody } from "./write-request.ts";

/** A request for the number of tokens that the same request would put in; nothing is generated. */
export function writeCountRequest(
  request: CanonicalRequest,
  traits: GeminiTraits,
): Result<WrittenRequest, GatewayError> {
  const path = modelPath(request.model, "count", traits);
  if (!path.ok) return path;
  const losses = makeLosses();
  const body = writeBody(request, traits, losses);
  if (!body.ok) return body;
  const model = `models/${request.model.replace(/^models\//, "")}`;
  const counted =
    traits.countTokens === "flat"
      ? body.value
      : { generateContentRequest: { model, ...body.value } };
  const context = answerContext(request, wireName);
  return ok({ path: path.value, body: counted, lossy: losses.names(), context });
}

/** The number of tokens of an answer to `countTokens`. */
export function readCount(body: JsonObject): Result<number, UpstreamError> {
  const tokens = countOf(body["totalTokens"]);
  // Nothing is no count of a request: clients would take their context for empty.
  if (tokens !== undefined && tokens > 0) return ok(tokens);
  return fail({ kind: "server", message: "the upstream's token count holds no number" });
}
