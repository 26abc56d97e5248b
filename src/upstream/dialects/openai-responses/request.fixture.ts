import assert from "node:assert/strict";
import type {
  Block,
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ServerTool,
  ToolResultBlock,
  ToolUseBlock,
  Turn,
  WrittenRequest,
} from "../../../canonical/index.ts";
import { writeRequest } from "./request.ts";
import { TRAITS } from "./traits.fixture.ts";
import type { ResponsesTraits } from "./traits.ts";

/** A request of one user turn, with what a test adds. */
export function makeRequest(more: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    model: "m",
    system: [],
    turns: [user(text("Hi"))],
    tools: [],
    stream: true,
    stopSequences: [],
    extra: {},
    ...more,
  };
}

/** Writes a request that has to be possible. */
export function write(
  more: Partial<CanonicalRequest>,
  traits: Partial<ResponsesTraits> = {},
): WrittenRequest {
  const written = writeRequest(makeRequest(more), { ...TRAITS, ...traits });
  assert.ok(written.ok);
  return written.value;
}

/** The input items of some turns. */
export function inputOf(
  turns: readonly Turn[],
  traits: Partial<ResponsesTraits> = {},
): readonly JsonObject[] {
  const { input } = write({ turns }, traits).body;
  assert.ok(Array.isArray(input));
  return input;
}

export function text(value: string): Block {
  return { type: "text", text: value };
}

export function call(id: string, input = "{}", name = "read"): ToolUseBlock {
  return { type: "tool_use", id, name, input };
}

export function result(toolUseId: string, ...content: readonly Block[]): ToolResultBlock {
  return { type: "tool_result", toolUseId, content, isError: false };
}

export function thinking(item: JsonObject | undefined): Block {
  return {
    type: "thinking",
    text: "hm",
    ...(item === undefined ? {} : { signature: JSON.stringify(item) }),
  };
}

export function user(...content: readonly Block[]): Turn {
  return { role: "user", content };
}

export function assistant(...content: readonly Block[]): Turn {
  return { role: "assistant", content };
}

export function tool(name: string, more: Partial<FunctionTool> = {}): FunctionTool {
  return { type: "function", name, schema: { type: "object" }, isDeferred: false, ...more };
}

export function serverTool(kind: string, raw: JsonObject = {}): ServerTool {
  return { type: "server", kind, name: kind.replace(/_20\d{6}$/, ""), raw: { type: kind, ...raw } };
}
