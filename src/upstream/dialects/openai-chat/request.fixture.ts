import assert from "node:assert/strict";
import type {
  Block,
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
  WrittenRequest,
} from "../../../canonical/index.ts";
import { type ChatTraits, UNKNOWN_SERVER } from "./traits.ts";
import { writeRequest } from "./write-request.ts";

/** A server that takes everything, so that what is missing was lost by us. */
export const ABLE: ChatTraits = {
  ...UNKNOWN_SERVER,
  parallelToolCalls: "allowed",
  strictTools: "allowed",
  images: "accepted",
  files: "accepted",
  responseFormat: "json_schema",
  promptCacheKey: "allowed",
  userField: "user",
};

export function request(members: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    model: "m",
    system: [],
    turns: [user("Hi")],
    tools: [],
    stream: false,
    stopSequences: [],
    extra: {},
    ...members,
  };
}

export function user(...content: readonly (string | Block)[]): Turn {
  return { role: "user", content: content.map(toBlock) };
}

export function assistant(...content: readonly (string | Block)[]): Turn {
  return { role: "assistant", content: content.map(toBlock) };
}

export function system(...content: readonly string[]): Turn {
  return { role: "system", content: content.map(toBlock) };
}

export function call(id: string, name = "Read", input = "{}"): ToolUseBlock {
  return { type: "tool_use", id, name, input };
}

export function result(
  toolUseId: string,
  content: readonly (string | Block)[] = ["done"],
  isError = false,
): ToolResultBlock {
  return { type: "tool_result", toolUseId, content: content.map(toBlock), isError };
}

export const PNG: Block = {
  type: "image",
  source: { kind: "base64", mediaType: "image/png", data: "aGk=" },
};

export function tool(name: string, members: Partial<FunctionTool> = {}): FunctionTool {
  const schema = { type: "object", properties: {} };
  return { type: "function", name, schema, isDeferred: false, ...members };
}

export function write(members: Partial<CanonicalRequest>, traits = ABLE): WrittenRequest {
  const written = writeRequest(request(members), traits);
  assert.ok(written.ok, JSON.stringify(written));
  return written.value;
}

/** The messages of a conversation. */
export function messagesOf(turns: readonly Turn[], traits = ABLE): readonly unknown[] {
  const { messages } = write({ turns }, traits).body;
  assert.ok(Array.isArray(messages));
  return messages;
}

/** Members of the body, without those that every request has. */
export function bodyOf(members: Partial<CanonicalRequest>, traits = ABLE): JsonObject {
  const {
    model: _model,
    messages: _messages,
    stream: _stream,
    ...rest
  } = write(members, traits).body;
  return rest;
}

function toBlock(content: string | Block): Block {
  return typeof content === "string" ? { type: "text", text: content } : content;
}
