import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { CanonicalRequest, JsonObject, TextBlock, Turn } from "../../canonical/index.ts";
import { Faults, Field } from "../field.ts";
import { readContent, readTextBlock } from "./read-blocks.ts";
import { readFormat, readOutputConfig, readThinking } from "./read-thinking.ts";
import { readToolChoice, readTools } from "./read-tools.ts";

const KNOWN = new Set([
  "model",
  "max_tokens",
  "system",
  "messages",
  "tools",
  "tool_choice",
  "stream",
  "thinking",
  "output_config",
  "output_format",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "metadata",
  "thread",
]);
const NO_THREADS = gatewayError(
  "thread_not_supported",
  "thread: expected nothing, for only Anthropic's servers hold conversations, and this model is another provider's. Send the whole conversation as messages, and leave this out.",
);
const TURN_MEMBERS = new Set(["role", "content"]);
const USER_ID = new Set(["user_id"]);

/**
 * Reads the body of a Messages or a count_tokens request.
 *
 * Give it what `parseExact` makes of the bytes, or long numbers in tool inputs lose digits.
 */
export function readRequest(body: JsonObject): Result<CanonicalRequest, GatewayError> {
  // Without what the server holds, the model would know nothing of the conversation.
  if (!isUnsaid(body["thread"])) return fail(NO_THREADS);
  const faults = new Faults();
  const request = readBody(Field.ofBody(body, faults));
  return faults.first === undefined
    ? ok(request)
    : fail(gatewayError("invalid_body", faults.first));
}

function isUnsaid(value: unknown): boolean {
  return value === undefined || value === null;
}

function readBody(body: Field): CanonicalRequest {
  const thinking = readThinking(body.at("thinking"));
  const config = readOutputConfig(body.at("output_config"));
  const metadata = body.at("metadata");
  const olderFormat = body.at("output_format");
  const format = config.value?.format ?? readFormat(olderFormat);
  return {
    dialect: "anthropic",
    model: body.at("model").text("Name the model."),
    maxTokens: readNumber(body.at("max_tokens")),
    system: readSystem(body.at("system")),
    turns: readTurns(body.at("messages")),
    tools: readTools(body.at("tools")),
    ...readToolChoice(body.at("tool_choice")),
    stream: body.at("stream").optional((it) => it.boolean("Send a boolean.")) ?? false,
    thinking: thinking.value,
    effort: config.value?.effort,
    temperature: readNumber(body.at("temperature")),
    topP: readNumber(body.at("top_p")),
    topK: readNumber(body.at("top_k")),
    stopSequences: readStopSequences(body.at("stop_sequences")),
    outputFormat: format,
    userId: readUserId(metadata),
    extra: {
      ...body.rest(KNOWN),
      ...named("thinking", thinking.rest),
      ...named("output_config", config.rest),
      ...named(
        "output_format",
        format === undefined ? (olderFormat.value ?? undefined) : undefined,
      ),
      ...named("metadata", metadata.rest(USER_ID)),
    },
  };
}

function named(name: string, value: unknown): JsonObject {
  return value === undefined ? {} : { [name]: value };
}

function readNumber(field: Field): number | undefined {
  return field.optional((it) => it.number("Send a number, or leave it out."));
}

function readUserId(metadata: Field): string | undefined {
  metadata.optional((it) => it.object("Send an object, or leave it out."));
  return metadata.at("user_id").optional((it) => it.text("Send the id as text."));
}

function readStopSequences(field: Field): readonly string[] {
  const items = field.optional((it) => it.items("Send a list of strings, or leave it out."));
  return (items ?? []).map((item) => item.text("Every stop sequence is a string."));
}

function readSystem(field: Field): readonly TextBlock[] {
  if (field.isAbsent || field.value === "") return [];
  if (typeof field.value === "string") return [{ type: "text", text: field.value }];
  return field.items("Send a string or a list of text blocks.").map((item) => {
    const type = item.at("type");
    if (type.value !== "text") type.refuse("text", "The system prompt takes only text blocks.");
    return readTextBlock(item);
  });
}

function readTurns(field: Field): readonly Turn[] {
  const items = field.items("Send the conversation as a list of messages.");
  if (items.length === 0 && Array.isArray(field.value)) {
    field.refuse("at least one message", "Send the user's message.");
  }
  return items.map((item) => ({
    role: readRole(item.at("role")),
    content: readContent(item.at("content")),
    extra: item.rest(TURN_MEMBERS),
  }));
}

function readRole(field: Field): Turn["role"] {
  const role = field.value;
  if (role === "user" || role === "assistant" || role === "system") return role;
  field.refuse("user, assistant or system", "Send one of these roles.");
  return "user";
}
