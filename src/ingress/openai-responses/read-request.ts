import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { CanonicalRequest, JsonObject } from "../../canonical/index.ts";
import { Faults, Field } from "../field.ts";
import { readInput } from "./read-input.ts";
import { readFormat, readReasoningMember } from "./read-members.ts";
import { readToolChoice } from "./read-tool-choice.ts";
import { readTools } from "./read-tools.ts";
import { searchExtras } from "./read-web-search.ts";
import { refuseStored } from "./refuse-stored.ts";

const KNOWN = new Set([
  "model",
  "instructions",
  "input",
  "tools",
  "tool_choice",
  "parallel_tool_calls",
  "stream",
  "max_output_tokens",
  "temperature",
  "top_p",
  "reasoning",
  "text",
  "include",
  "store",
  "previous_response_id",
  "conversation",
  "background",
  "truncation",
  "prompt_cache_key",
]);
/** Always given: without it no later turn would have its thinking. */
const ENCRYPTED = "reasoning.encrypted_content";

/**
 * Reads the body of a Responses request.
 *
 * Give it what `parseExact` makes of the bytes, or long numbers in tool inputs lose digits.
 */
export function readRequest(body: JsonObject): Result<CanonicalRequest, GatewayError> {
  const faults = new Faults();
  const request = readBody(Field.ofBody(body, faults));
  return faults.first === undefined
    ? ok(request)
    : fail(gatewayError("invalid_body", faults.first));
}

function readBody(body: Field): CanonicalRequest {
  refuseStored(body);
  const input = body.at("input");
  const { system, turns } = readInput(body.at("instructions"), input);
  const choice = readToolChoice(body.at("tool_choice"), readTools(body.at("tools"), input));
  const reasoning = readReasoningMember(body.at("reasoning"));
  const format = readFormat(body.at("text"));
  return {
    dialect: "openai-responses",
    model: body.at("model").text("Name the model."),
    maxTokens: readNumber(body.at("max_output_tokens")),
    system,
    turns,
    tools: choice.tools,
    toolChoice: choice.toolChoice,
    parallelToolCalls: readBoolean(body.at("parallel_tool_calls")),
    stream: readBoolean(body.at("stream")) ?? false,
    thinking: reasoning.thinking,
    effort: reasoning.effort,
    temperature: readNumber(body.at("temperature")),
    topP: readNumber(body.at("top_p")),
    stopSequences: [],
    outputFormat: format.value,
    userId: readSession(body.at("prompt_cache_key")),
    extra: {
      ...told(body.rest(KNOWN)),
      ...named("reasoning", reasoning.rest),
      ...named("text", format.rest),
      ...named("include", readIncludes(body.at("include"))),
      // Else a request that is too long is to be refused, which is what happens here.
      ...(body.at("truncation").value === "auto" ? { truncation: "auto" } : {}),
      ...searchExtras(body.at("tools")),
    },
  };
}

function named(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

/** SDKs write null for what was not set. */
function told(rest: JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(rest ?? {}).filter(([, value]) => value !== null));
}

function readNumber(field: Field): number | undefined {
  return field.optional((it) => it.number("Send a number, or leave it out."));
}

function readBoolean(field: Field): boolean | undefined {
  return field.optional((it) => it.boolean("Send a boolean, or leave it out."));
}

/** In the form in which the other clients name their sessions, so that the upstreams find it. */
function readSession(field: Field): string | undefined {
  const key = field.optional((it) => it.text("Send the key as text, or leave it out."));
  return key === undefined ? undefined : JSON.stringify({ session_id: key });
}

function readIncludes(field: Field): readonly string[] | undefined {
  const items = field.optional((it) => it.items("Send a list of names, or leave it out.")) ?? [];
  const names = items.map((item) => item.text("Every name is a string."));
  const others = names.filter((name) => name !== ENCRYPTED);
  return others.length === 0 ? undefined : others;
}
