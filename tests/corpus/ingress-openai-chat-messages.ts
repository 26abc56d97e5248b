import { at, textAt } from "./openai-chat-exchanges.ts";
import { list } from "./openai-chat-oracle.ts";

/** One message as far as both directions can carry it, read by other code than the dialect's. */
export interface Gist {
  readonly role: string;
  readonly text: string;
  readonly media: readonly unknown[];
  readonly calls: readonly unknown[];
  readonly answers: unknown;
  readonly reasoning: unknown;
}

/** The messages of a body. Those of the system and of the user that follow each other are one. */
export function gistOf(messages: unknown): readonly Gist[] {
  const gists: Gist[] = [];
  for (const message of list(messages)) {
    const gist = gistOfMessage(message);
    const last = gists.at(-1);
    if (isEmpty(gist)) continue;
    if (last !== undefined && last.role === gist.role && /^(?:system|user)$/.test(gist.role)) {
      gists[gists.length - 1] = join(last, gist);
    } else {
      gists.push(gist);
    }
  }
  return gists;
}

function gistOfMessage(message: unknown): Gist {
  const role = textAt(message, "role") ?? "";
  const content = at(message, "content");
  const parts = typeof content === "string" ? [{ type: "text", text: content }] : list(content);
  const calls = list(role === "assistant" ? at(message, "tool_calls") : undefined);
  const legacy = at(message, "function_call");
  return {
    role: role === "developer" ? "system" : role,
    text: parts
      .map((part) => textAt(part, "text") ?? "")
      .filter((text) => text.trim() !== "")
      .join("\n\n"),
    media: parts.filter((part) => at(part, "type") !== "text").map(mediaOf),
    calls: [
      ...calls.map((call) => [at(call, "id"), ...functionOf(at(call, "function"))]),
      ...(legacy === undefined || legacy === null ? [] : [functionOf(legacy)]),
    ],
    answers: at(message, "tool_call_id"),
    reasoning:
      role === "assistant"
        ? (at(message, "reasoning_details") ??
          (textAt(message, "reasoning_content") || textAt(message, "reasoning") || undefined))
        : undefined,
  };
}

function functionOf(named: unknown): readonly unknown[] {
  const args = textAt(named, "arguments") ?? "";
  return [at(named, "name"), args.trim() === "" ? "{}" : args];
}

function mediaOf(part: unknown): unknown {
  return textAt(part, "image_url", "url") ?? textAt(part, "file", "file_data");
}

function isEmpty({ text, media, calls, answers }: Gist): boolean {
  return text === "" && media.length + calls.length === 0 && answers === undefined;
}

function join(first: Gist, second: Gist): Gist {
  const text = [first.text, second.text].filter((each) => each !== "").join("\n\n");
  return { ...first, text, media: [...first.media, ...second.media] };
}
