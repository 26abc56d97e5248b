import { isObject } from "../../../../base/json.ts";
import { fail, ok, type Result } from "../../../../base/result.ts";
import {
  type AnswerContext,
  type Block,
  type JsonObject,
  jsonText,
  type Message,
  type UpstreamError,
} from "../../../../canonical/index.ts";
import { AnswerIds } from "../../shared/answer-ids.ts";
import { textOf } from "../../shared/fields.ts";
import { describeError } from "./read-error.ts";
import { readStopReason } from "./read-stop.ts";
import { readUsage } from "./read-usage.ts";

/**
 * Reads a whole answer of the Messages API.
 *
 * Give it what `parseExact` makes of the bytes, or long numbers in tool inputs lose digits.
 */
export function readMessage(
  body: JsonObject,
  _traits: unknown,
  context: AnswerContext,
): Result<Message, UpstreamError> {
  const { type, content, error } = body;
  // Other servers of this dialect leave the type out.
  if (type === "error" || isObject(error)) return fail(describeError(body));
  const calls = new AnswerCalls(context);
  const items: readonly unknown[] = Array.isArray(content) ? content : [undefined];
  const blocks = items.filter((item) => !isNameless(item)).map((item) => readBlock(item, calls));
  const known = blocks.filter((block) => block !== undefined);
  if (known.length < blocks.length) {
    return fail({ kind: "server", message: "The upstream's answer is not a message." });
  }
  const hasCall = known.some((block) => block.type === "tool_use");
  return ok({
    id: textOf(body["id"]),
    model: textOf(body["model"]),
    content: known,
    stopReason: readStopReason(body["stop_reason"], hasCall),
    stopSequence: textOrNothing(body["stop_sequence"]),
    usage: readUsage(body["usage"]),
  });
}

/** A call without a name is none: nobody could run it. */
export function isNameless(raw: unknown): boolean {
  return isObject(raw) && raw["type"] === "tool_use" && textOf(raw["name"]) === "";
}

/** Undefined: no content block. */
function readBlock(raw: unknown, calls: AnswerCalls): Block | undefined {
  if (!isObject(raw) || typeof raw["type"] !== "string") return undefined;
  switch (raw["type"]) {
    case "text":
      return { type: "text", text: textOf(raw["text"]), extra: restOf(raw, "text") };
    case "thinking": {
      const signature = textOrNothing(raw["signature"]);
      return { type: "thinking", text: textOf(raw["thinking"]), signature };
    }
    case "redacted_thinking":
      return { type: "redacted_thinking", data: textOf(raw["data"]) };
    case "tool_use": {
      const { input } = raw;
      const text = isObject(input) ? jsonText(input) : "{}";
      if (text === undefined) return undefined;
      const extra = restOf(raw, "id", "name", "input");
      return { type: "tool_use", ...calls.read(raw), input: text, extra };
    }
    default:
      return { type: "opaque", kind: raw["type"], raw };
  }
}

/** Names the calls of one answer as the client knows its tools, each with an id of its own. */
export class AnswerCalls {
  readonly #ids: AnswerIds;
  readonly #names: AnswerContext["toolNames"];

  constructor({ toolNames, callIds }: AnswerContext) {
    this.#ids = new AnswerIds(callIds);
    this.#names = toolNames;
  }

  read({ id, name }: JsonObject): { readonly id: string; readonly name: string } {
    const wireName = textOf(name);
    return { id: this.#ids.assign(textOf(id)), name: this.#names.get(wireName) ?? wireName };
  }
}

/** The members of a block that are not its type or among `known`; undefined when there are none. */
export function restOf(raw: JsonObject, ...known: readonly string[]): JsonObject | undefined {
  const entries = Object.entries(raw).filter(
    ([name, value]) => name !== "type" && !known.includes(name) && value !== null,
  );
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
