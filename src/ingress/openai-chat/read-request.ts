import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { CanonicalRequest, JsonObject } from "../../canonical/index.ts";
import type { AskedInPath } from "../../exchange/dialect.ts";
import { Faults, Field } from "../field.ts";
import { readFormat } from "./read-format.ts";
import { readConversation } from "./read-messages.ts";
import { readReasoning } from "./read-reasoning.ts";
import { readTools } from "./read-tools.ts";
import { unread } from "./unread.ts";

/** Its name; the upstream dialect has the same, so that requests between the two can be known as needing no translation. */
export const DIALECT = "openai-chat";

const KNOWN = new Set([
  "model",
  "messages",
  "tools",
  "tool_choice",
  "functions",
  "function_call",
  "parallel_tool_calls",
  "max_tokens",
  "max_completion_tokens",
  "stop",
  "stream",
  "stream_options",
  "n",
  "temperature",
  "top_p",
  "top_k",
  "response_format",
  "reasoning_effort",
  "reasoning",
  "thinking",
  "user",
  "safety_identifier",
]);

const STREAM_OPTIONS = new Set(["include_usage"]);

/**
 * Reads the body of a Chat Completions request.
 *
 * Give it what `parseExact` makes of the bytes. Members that only this API has are kept in `extra`.
 */
export function readRequest(
  body: JsonObject,
  asked: AskedInPath = {},
): Result<CanonicalRequest, GatewayError> {
  const faults = new Faults();
  const request = readBody(Field.ofBody(body, faults), asked);
  return faults.first === undefined
    ? ok(request)
    : fail(gatewayError("invalid_body", faults.first));
}

function readBody(body: Field, asked: AskedInPath): CanonicalRequest {
  refuseChoices(body.at("n"));
  const format = readFormat(body.at("response_format"));
  const reasoning = readReasoning(body);
  const user = body.at("user").optional((it) => it.text("Send the id as text."));
  const safetyId = body.at("safety_identifier").optional((it) => it.text("Send the id as text."));
  const options = body.at("stream_options");
  const otherOptions = unread(options, STREAM_OPTIONS);
  const isOtherUser = user !== undefined && safetyId !== undefined && user !== safetyId;
  return {
    dialect: DIALECT,
    model: asked.model ?? body.at("model").text("Name the model."),
    maxTokens: readNumber(body.at("max_completion_tokens")) ?? readNumber(body.at("max_tokens")),
    ...readConversation(body.at("messages")),
    ...readTools(body),
    stream: readBoolean(body.at("stream")) ?? asked.stream ?? false,
    wantsStreamUsage: readBoolean(options.at("include_usage")),
    thinking: reasoning.thinking,
    effort: reasoning.effort,
    temperature: readNumber(body.at("temperature")),
    topP: readNumber(body.at("top_p")),
    topK: readNumber(body.at("top_k")),
    stopSequences: readStop(body.at("stop")),
    outputFormat: format.value,
    userId: safetyId ?? user,
    extra: {
      ...unread(body, KNOWN),
      ...reasoning.extra,
      ...(format.rest === undefined ? {} : { response_format: format.rest }),
      ...(otherOptions === undefined ? {} : { stream_options: otherOptions }),
      ...(isOtherUser ? { user } : {}),
    },
  };
}

/** No other API answers several times at once, and several requests would be billed as several. */
function refuseChoices(field: Field): void {
  const count = readNumber(field) ?? 1;
  if (count !== 1) field.refuse("1", "One request has one answer here: ask again for another.");
}

function readNumber(field: Field): number | undefined {
  return field.optional((it) => it.number("Send a number, or leave it out."));
}

function readBoolean(field: Field): boolean | undefined {
  return field.optional((it) => it.boolean("Send a boolean, or leave it out."));
}

function readStop(field: Field): readonly string[] {
  if (field.isAbsent) return [];
  if (typeof field.value === "string") return [field.value];
  return field
    .items("Send a string or a list of strings, or leave it out.")
    .map((item) => item.text("Every stop sequence is a string."));
}
