import { type Message, parseToolInput } from "../../src/canonical/index.ts";
import { at, isRecord, textAt } from "../conformance/exchange.ts";
import { listAt, recordsAt } from "./ingress-openai-responses-grammar.ts";

/** What a message says, free of ids and of whose thinking it is. */
export function essenceOf(message: Message | undefined): unknown {
  if (message === undefined) return undefined;
  const { content, stopReason, usage } = message;
  return {
    stopReason,
    usage: usage === undefined ? {} : counts(usage),
    content: content.map((block) => {
      switch (block.type) {
        case "text":
          return ["text", block.text];
        case "thinking":
          return ["thinking", block.text, block.signature !== undefined];
        case "tool_use":
          return ["call", block.id, block.name, parseToolInput(block.input) ?? block.input];
        case "opaque":
          return ["opaque", block.kind, withoutIds(block.raw)];
        default:
          return [block.type];
      }
    }),
  };
}

/** Counts that were not told are zero on this wire. */
function counts(usage: NonNullable<Message["usage"]>): unknown {
  const { input, output, cacheRead = 0, reasoning = 0 } = usage;
  return { input, output, cacheRead, reasoning };
}

function withoutIds(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { id: _id, tool_use_id: _use, ...rest } = raw;
  return rest;
}

/** What of a request both sides of the translation can carry, in one form. */
export function essence(body: unknown): unknown {
  const asked = recordsAt(body, "tools");
  // What the client itself searches for is told to nobody before it was found.
  const isSearched = asked.some((tool) => textAt(tool, "execution") === "client");
  const tools = asked
    .flatMap((tool) => (textAt(tool, "type") === "namespace" ? recordsAt(tool, "tools") : [tool]))
    .filter((tool) => !(isSearched && at(tool, "defer_loading") === true))
    .filter((tool) => isAllowed(body, textAt(tool, "name")));
  return {
    model: at(body, "model"),
    said: spoken(body),
    tools: tools.flatMap((tool) =>
      textAt(tool, "type") === "function" && isOwn(textAt(tool, "name") ?? "")
        ? [[lastOf(textAt(tool, "name") ?? ""), at(tool, "description") ?? undefined]]
        : [],
    ),
    effort: at(body, "reasoning", "effort"),
    limit: at(body, "max_output_tokens") ?? undefined,
    format: at(body, "text", "format", "schema"),
  };
}

function isAllowed(body: unknown, name: string | undefined): boolean {
  if (textAt(body, "tool_choice", "type") !== "allowed_tools") return true;
  return recordsAt(at(body, "tool_choice"), "tools").some((each) => each["name"] === name);
}

/** Tools of other kinds are functions after the translation. */
function isOwn(name: string): boolean {
  return !["apply_patch", "tool_search"].includes(name);
}

function lastOf(name: string): string {
  return name.split("__").at(-1) ?? name;
}

/** All that was said, by whom, in order; a message's parts one by one, thinking left out that only its maker reads. */
function spoken(body: unknown): readonly unknown[] {
  const input = at(body, "input");
  const items =
    typeof input === "string" ? [{ role: "user", content: input }] : listAt(body, "input");
  const instructions = textAt(body, "instructions");
  const opening = instructions === undefined ? [] : [["system", instructions]];
  const said = items.flatMap(saidIn);
  const first = said.findIndex((each) => each[0] !== "system");
  const leading = [...opening, ...(first < 0 ? said : said.slice(0, first))];
  const system = leading.map((each) => each[1]).join("\n\n");
  return [["system", system], ...said.slice(first < 0 ? said.length : first).map(reminded)];
}

function saidIn(item: unknown): readonly (readonly unknown[])[] {
  const type = textAt(item, "type") ?? "message";
  const role = textAt(item, "role") === "developer" ? "system" : textAt(item, "role");
  switch (type) {
    case "message": {
      const content = at(item, "content");
      if (typeof content === "string") return content.trim() === "" ? [] : [[role, content]];
      return listAt(item, "content").map((part) => [role, partOf(part)]);
    }
    case "function_call":
      return [["call", textAt(item, "call_id"), textAt(item, "name"), textAt(item, "arguments")]];
    case "function_call_output": {
      const output = at(item, "output");
      const parts = Array.isArray(output) ? output.map(partOf) : [output || "(no output)"];
      const isText = parts.every((part) => typeof part === "string");
      return [["output", textAt(item, "call_id"), isText ? parts.join("\n") : parts]];
    }
    default:
      return [];
  }
}

/** A file that was uploaded to one provider is nothing that another could read. */
function omitted(type: string): string {
  const what = type === "input_image" ? "image" : "document";
  return `[${what} omitted: the model cannot read it in this form]`;
}

function partOf(part: unknown): unknown {
  const type = textAt(part, "type");
  if (type !== "input_image" && type !== "input_file") {
    return at(part, "text") ?? at(part, "refusal");
  }
  const bytes = at(part, "image_url") ?? at(part, "file_data") ?? at(part, "file_url");
  return bytes === undefined ? omitted(type) : [type, bytes];
}

/** A system message within the conversation is said to upstreams in the user's place. */
function reminded(said: readonly unknown[]): unknown {
  return said[0] === "system"
    ? ["user", `<system-reminder>\n${String(said[1])}\n</system-reminder>`]
    : said;
}
