import type { AnswerContext, CanonicalRequest, ToolUseBlock } from "../../../canonical/index.ts";

/** Every call of a conversation. */
export function callsIn({ turns }: CanonicalRequest): readonly ToolUseBlock[] {
  return turns.flatMap(({ content }) => content.filter((block) => block.type === "tool_use"));
}

/** What the reader of the answer has to know, where `wireName` says how the upstream was told of a tool. */
export function answerContext(
  request: CanonicalRequest,
  wireName: (name: string) => string,
): AnswerContext {
  const calls = callsIn(request);
  const functions = request.tools.filter(({ type }) => type === "function");
  return {
    toolNames: new Map([...functions, ...calls].map(({ name }) => [wireName(name), name])),
    callIds: new Set(calls.map(({ id }) => id)),
  };
}
