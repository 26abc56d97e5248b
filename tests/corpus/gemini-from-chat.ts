import type {
  Block,
  CanonicalRequest,
  Effort,
  FunctionTool,
  MediaSource,
  Turn,
} from "../../src/canonical/index.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";

/** The peer's OpenAI requests in the canonical form, as far as they go: a reader for these tests only. */
export function fromChat(input: unknown): CanonicalRequest {
  const messages = list(at(input, "messages"));
  const format = at(input, "response_format", "json_schema");
  return {
    model: textAt(input, "model") ?? "",
    maxTokens: numberAt(input, "max_tokens"),
    temperature: numberAt(input, "temperature"),
    topP: numberAt(input, "top_p"),
    topK: numberAt(input, "top_k"),
    effort: effortOf(at(input, "reasoning_effort")),
    stopSequences: list(at(input, "stop")).map(String),
    system: messages
      .filter((each) => at(each, "role") === "system")
      .map((each) => ({ type: "text", text: textAt(each, "content") ?? "" })),
    turns: messages.filter((each) => at(each, "role") !== "system").map(turnOf),
    tools: list(at(input, "tools")).map(toolOf),
    toolChoice: choiceOf(at(input, "tool_choice")),
    outputFormat: isRecord(format) ? { schema: recordOf(format["schema"]) } : undefined,
    stream: false,
    extra: {},
  };
}

function turnOf(message: unknown): Turn {
  const role = at(message, "role");
  if (role === "tool") {
    const content: readonly Block[] = blocksOf(at(message, "content"));
    const toolUseId = textAt(message, "tool_call_id") ?? "";
    return { role: "user", content: [{ type: "tool_result", toolUseId, content, isError: false }] };
  }
  const calls = list(at(message, "tool_calls")).map(
    (call): Block => ({
      type: "tool_use",
      id: textAt(call, "id") ?? "",
      name: textAt(call, "function", "name") ?? "",
      input: textAt(call, "function", "arguments") ?? "",
    }),
  );
  return {
    role: role === "assistant" ? "assistant" : "user",
    content: [...blocksOf(at(message, "content")), ...calls],
  };
}

function blocksOf(content: unknown): readonly Block[] {
  if (typeof content === "string") return [{ type: "text", text: content }];
  return list(content).map((part): Block => {
    const url = textAt(part, "image_url", "url");
    if (url === undefined) return { type: "text", text: textAt(part, "text") ?? "" };
    return { type: "image", source: sourceOf(url) };
  });
}

function sourceOf(url: string): MediaSource {
  const inline = /^data:([^;]+);base64,(.*)$/.exec(url);
  if (inline === null) return { kind: "url", url };
  return { kind: "base64", mediaType: inline[1] ?? "", data: inline[2] ?? "" };
}

function toolOf(tool: unknown): FunctionTool {
  return {
    type: "function",
    name: textAt(tool, "function", "name") ?? "",
    description: textAt(tool, "function", "description"),
    schema: recordOf(at(tool, "function", "parameters")),
    isDeferred: false,
  };
}

function choiceOf(choice: unknown): CanonicalRequest["toolChoice"] {
  const name = textAt(choice, "function", "name");
  return name === undefined ? undefined : { type: "tool", name };
}

function effortOf(value: unknown): Effort | undefined {
  const efforts: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
  return efforts.find((each) => each === value);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function numberAt(value: unknown, key: string): number | undefined {
  const found = at(value, key);
  return typeof found === "number" ? found : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
