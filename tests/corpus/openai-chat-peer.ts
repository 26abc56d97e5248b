import { at, type ChatExchange, isRecord, textAt } from "./openai-chat-exchanges.ts";
import { list, oracle } from "./openai-chat-oracle.ts";

/** What two translations of one answer can be compared by. */
export interface Said {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly prompt: unknown;
  readonly cached: unknown;
  readonly output: unknown;
}

/** What a peer made of an answer, in the dialect that its name ends with. */
export function peerSaid(name: string, peer: unknown): Said {
  const events = list(at(peer, "sse")).map(String);
  const isStream = name.endsWith("-streaming");
  if (name.includes("-messages")) {
    return isStream ? messagesStream(events) : messagesBody(at(peer, "body", "response"));
  }
  if (name.includes("-responses")) {
    return isStream ? responsesStream(events) : responsesBody(at(peer, "body", "response"));
  }
  const body = at(peer, "body", "response");
  return completions({
    name,
    provider: "",
    status: 200,
    separator: "\n\n",
    body,
    events: isStream ? events : undefined,
  });
}

function completions(exchange: ChatExchange): Said {
  const { text, calls, usage } = oracle({ ...exchange, events: exchange.events?.filter(isData) });
  return {
    text,
    calls: calls.map(({ name, args }) => ({ name, args: parsed(args) })),
    prompt: at(usage, "prompt_tokens"),
    cached: at(usage, "prompt_tokens_details", "cached_tokens"),
    output: at(usage, "completion_tokens"),
  };
}

function messagesBody(message: unknown): Said {
  const content = list(at(message, "content"));
  return {
    text: content.map((block) => textAt(block, "text") ?? "").join(""),
    calls: content
      .filter((block) => at(block, "type") === "tool_use")
      .map((block) => ({ name: textAt(block, "name") ?? "", args: parsed(at(block, "input")) })),
    ...messagesUsage(at(message, "usage")),
  };
}

function messagesStream(lines: readonly string[]): Said {
  const events = lines.filter(isData).map(dataOf);
  const deltas = (key: string): string =>
    events.map((event) => textAt(event, "delta", key) ?? "").join("");
  const call = events.map((event) => textAt(event, "content_block", "name")).find(Boolean);
  return {
    text: deltas("text"),
    calls: call === undefined ? [] : [{ name: call, args: parsed(deltas("partial_json")) }],
    ...messagesUsage(events.map((event) => at(event, "usage")).findLast(isRecord)),
  };
}

/** Anthropic counts what was cached beside what went in. */
function messagesUsage(usage: unknown): Pick<Said, "prompt" | "cached" | "output"> {
  const parts = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
  return {
    prompt: parts.reduce((sum, key) => sum + Number(at(usage, key) ?? 0), 0),
    cached: at(usage, "cache_read_input_tokens"),
    output: at(usage, "output_tokens"),
  };
}

function responsesBody(response: unknown): Said {
  const items = list(at(response, "output"));
  const usage = at(response, "usage");
  return {
    text: items
      .flatMap((item) => list(at(item, "content")))
      .map((part) => textAt(part, "text") ?? "")
      .join(""),
    calls: items
      .filter((item) => at(item, "type") === "function_call")
      .map((item) => ({ name: textAt(item, "name") ?? "", args: parsed(at(item, "arguments")) })),
    prompt: at(usage, "input_tokens"),
    cached: at(usage, "input_tokens_details", "cached_tokens"),
    output: at(usage, "output_tokens"),
  };
}

function responsesStream(lines: readonly string[]): Said {
  const events = lines.filter(isData).map(dataOf);
  const deltas = (type: string): string =>
    events
      .filter((event) => at(event, "type") === type)
      .map((event) => textAt(event, "delta") ?? "")
      .join("");
  const call = events
    .map((event) => at(event, "item"))
    .find((item) => at(item, "type") === "function_call");
  const end = responsesBody(at(events.at(-1), "response"));
  return {
    ...end,
    text: deltas("response.output_text.delta"),
    calls:
      call === undefined
        ? []
        : [
            {
              name: textAt(call, "name") ?? "",
              args: parsed(deltas("response.function_call_arguments.delta")),
            },
          ],
  };
}

function isData(event: string): boolean {
  return /^data: /m.test(event);
}

function dataOf(event: string): unknown {
  return JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null");
}

/** Arguments as their value; text that is no JSON stays. */
export function parsed(args: unknown): unknown {
  if (typeof args !== "string") return args;
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}
