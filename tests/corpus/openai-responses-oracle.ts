import { at, isRecord, textAt } from "../conformance/exchange.ts";

type Json = Readonly<Record<string, unknown>>;

/** What an answer says, told apart by a plain reading of the provider's own final account of it. */
export interface Expected {
  readonly blocks: readonly unknown[];
  readonly usage: unknown;
  readonly stopReason: string;
}

/** The final response object of a stream: the one in its last event, with the items' own ends where it lists none. */
export function finalResponse(text: string): Json | undefined {
  const events = text
    .split(/\r?\n\r?\n/)
    .flatMap((event) => event.split(/\r?\n/))
    .filter((line) => line.startsWith("data:") && !line.includes("[DONE]"))
    .map((line): unknown => JSON.parse(line.slice(5)));
  const response = events
    .filter((event) => /^response\.(?:completed|incomplete)$/.test(textAt(event, "type") ?? ""))
    .map((event) => at(event, "response"))[0];
  if (!isRecord(response)) return undefined;
  const output = response["output"];
  if (Array.isArray(output) && output.length > 0) return response;
  const done = events.filter((event) => textAt(event, "type") === "response.output_item.done");
  return { ...response, output: done.map((event) => at(event, "item")) };
}

export function expectedOf(response: Json): Expected {
  const items = listAt(response, "output");
  const types = items.map((item) => textAt(item, "type"));
  const parts = items.flatMap((item) => listAt(item, "content"));
  const isRefused = parts.some((part) => textAt(part, "type") === "refusal");
  const isCut = textAt(response, "status") === "incomplete";
  return {
    blocks: items.flatMap(blocksOf),
    usage: usageOf(response["usage"]),
    stopReason: types.includes("function_call")
      ? "tool_use"
      : isRefused
        ? "refusal"
        : isCut
          ? "max_tokens"
          : "end_turn",
  };
}

function blocksOf(item: unknown): readonly unknown[] {
  switch (textAt(item, "type")) {
    case "message":
      return listAt(item, "content")
        .map((part) => textAt(part, "text") ?? textAt(part, "refusal"))
        .filter((text) => text !== "")
        .map((text) => ["text", text]);
    case "reasoning": {
      const texts = [...listAt(item, "summary"), ...listAt(item, "content")];
      const text = texts.map((part) => textAt(part, "text") ?? "").filter(Boolean);
      const isPlain = listAt(item, "content").length > 0;
      const proof = textAt(item, "encrypted_content") !== undefined || isPlain;
      if (text.length === 0 && !proof) return [];
      return [["thinking", text.join("\n\n"), proof ? withoutId(item) : undefined]];
    }
    case "function_call": {
      const args: unknown = JSON.parse(textAt(item, "arguments") || "{}");
      return [["tool_use", textAt(item, "call_id"), textAt(item, "name"), args]];
    }
    case "web_search_call": {
      const urls = listAt(at(item, "action"), "sources").map((source) => textAt(source, "url"));
      return [
        ["searched", queryOf(item)],
        ["found", urls.filter((url) => url !== undefined)],
      ];
    }
    default:
      return [["opaque", textAt(item, "type"), withoutId(item)]];
  }
}

/** One server tells another id, and another encryption of the same thought, in each event. */
export function withoutId(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const { id: _id, fingerprint: _fingerprint, encrypted_content: encrypted, ...rest } = item;
  return { ...rest, isEncrypted: typeof encrypted === "string" };
}

function queryOf(item: unknown): unknown {
  return (
    textAt(item, "action", "query") ?? at(JSON.parse(textAt(item, "arguments") ?? "{}"), "query")
  );
}

/** Parts that add up to what the provider counts as a whole. */
function usageOf(usage: unknown): unknown {
  if (!isRecord(usage)) return undefined;
  return {
    allInput: usage["input_tokens"],
    cached: at(usage, "input_tokens_details", "cached_tokens"),
    output: usage["output_tokens"],
    reasoning: at(usage, "output_tokens_details", "reasoning_tokens"),
  };
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}
