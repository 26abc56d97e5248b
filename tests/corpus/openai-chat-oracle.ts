import { at, type ChatExchange, isRecord, textAt } from "./openai-chat-exchanges.ts";

/** What an answer says, read in the plainest way and by other code than the dialect's. */
export interface Reading {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: string }[];
  readonly details: readonly unknown[];
  readonly finish: string;
  readonly usage: unknown;
}

export function oracle(exchange: ChatExchange): Reading {
  const bodies = exchange.events === undefined ? [exchange.body] : exchange.events.flatMap(chunkOf);
  const messages = bodies.flatMap((body) => {
    const choice = list(at(body, "choices"))[0];
    return choice === undefined ? [] : [at(choice, "message") ?? at(choice, "delta")];
  });
  const content = messages.map((message) => said(at(message, "content"), "text")).join("");
  const told = messages.map(thinkingOf).join("");
  const tagged = told === "" ? /^\s*<think>([^]*?)(?:<\/think>\s*([^]*))?$/.exec(content) : null;
  return {
    text: tagged === null ? content : (tagged[2] ?? ""),
    thinking: tagged === null ? told : (tagged[1] ?? ""),
    calls: callsOf(messages),
    details: messages.flatMap((message) => list(at(message, "reasoning_details"))),
    finish:
      bodies
        .map((body) => textAt(list(at(body, "choices"))[0], "finish_reason"))
        .findLast((reason) => reason !== undefined && reason !== "") ?? "",
    usage: bodies
      .map((body) => at(body, "usage") ?? at(body, "x_groq", "usage"))
      .findLast(isRecord),
  };
}

function chunkOf(event: string): readonly unknown[] {
  const data = event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .join("\n");
  return data === "" || data === "[DONE]" ? [] : [JSON.parse(data)];
}

function said(content: unknown, type: string): string {
  if (typeof content === "string") return type === "text" ? content : "";
  return list(content)
    .filter((part) => at(part, "type") === type)
    .map((part) => {
      const value = at(part, type);
      return typeof value === "string"
        ? value
        : list(value)
            .map((p) => textAt(p, "text"))
            .join("");
    })
    .join("");
}

function thinkingOf(message: unknown): string {
  return (
    textAt(message, "reasoning_content") ||
    textAt(message, "reasoning") ||
    said(at(message, "content"), "thinking")
  );
}

/** A call is new when it has an id that the one before it has not; else it goes on with its index. */
function callsOf(messages: readonly unknown[]): Reading["calls"] {
  const calls: { id: string; name: string; args: string; index: unknown }[] = [];
  for (const message of messages) {
    const legacy = at(message, "function_call");
    const pieces = isRecord(legacy) ? [{ function: legacy }] : list(at(message, "tool_calls"));
    for (const piece of pieces) {
      const id = textAt(piece, "id") ?? "";
      const index = at(piece, "index");
      const known = calls.find((call) => call.index === index && (id === "" || call.id === id));
      const args = textAt(piece, "function", "arguments") ?? "";
      if (known === undefined) {
        calls.push({ id, index, name: textAt(piece, "function", "name") ?? "", args });
      } else {
        known.args += args;
      }
    }
  }
  return calls.map(({ id, name, args }) => ({ id, name, args: args === "" ? "{}" : args }));
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
