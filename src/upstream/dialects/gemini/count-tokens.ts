import type { GatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  JsonObject,
  UpstreamError,
  WrittenRequest,
} from "../../../canonical/index.ts";
import { makeLosses } from "./losses.ts";
import { modelPath } from "./model-path.ts";
import { countOf } from "./read-usage.ts";
import { contextOf } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";
import { writeBody } from "./write-request.ts";

/** A request for the number of tokens that the same request would put in; nothing is generated. */
export function writeCountRequest(
  request: CanonicalRequest,
  traits: GeminiTraits,
): Result<WrittenRequest, GatewayError> {
  const path = modelPath(request.model, "count", traits);
  if (!path.ok) return path;
  const { lose, names } = makeLosses();
  const body = writeBody(request, traits, lose);
  if (!body.ok) return body;
  const model = `models/${request.model.replace(/^models\//, "")}`;
  const counted =
    traits.countTokens === "flat"
      ? body.value
      : { generateContentRequest: { model, ...body.value } };
  return ok({ path: path.value, body: counted, lossy: names(), context: contextOf(request) });
}

/** The number of tokens of an answer to `countTokens`. */
export function readCount(body: JsonObject): Result<number, UpstreamError> {
  const tokens = countOf(body["totalTokens"]);
  if (tokens !== undefined) return ok(tokens);
  return fail({ kind: "server", message: "the upstream's token count holds no number" });
}
