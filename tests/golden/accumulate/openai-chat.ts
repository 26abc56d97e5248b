import assert from "node:assert/strict";
import { at, isRecord, textAt } from "../../conformance/exchange.ts";
import { listAt } from "../../upstream/model-api.ts";
import type { Frame } from "../frames.ts";

type Members = Record<string, unknown>;

/** The completion that a stream of chunks tells. */
export function accumulateChat(frames: readonly Frame[]): unknown {
  assert.equal(frames.at(-1)?.data, "[DONE]");
  const chunks = frames.slice(0, -1).map(({ data }) => data);
  const usage = at(chunks.at(-1), "usage");
  assert.deepEqual(listAt(chunks.at(-1), "choices"), [], "usage comes last, by itself");
  const choices = chunks.slice(0, -1).map((chunk) => listAt(chunk, "choices")[0]);
  const finishes = choices.map((choice) => at(choice, "finish_reason"));
  assert.deepEqual(finishes.slice(0, -1).filter(Boolean), [], "one end");
  assert.equal(at(choices[0], "delta", "role"), "assistant");
  const message: Members = { role: "assistant", content: null, refusal: null };
  for (const [place, choice] of choices.entries()) {
    for (const [member, value] of Object.entries(Object(at(choice, "delta")))) {
      if (member === "role") assert.equal(place, 0, "one start");
      else grow(message, member, value);
    }
  }
  const { choices: _choices, object: _object, ...frame } = Object(chunks[0]);
  const { index, delta: _delta, logprobs, ...end } = Object(choices.at(-1));
  return {
    ...frame,
    object: "chat.completion",
    choices: [{ index, message: finished(message), logprobs, ...end }],
    usage,
  };
}

/** Only a stream numbers the calls, and opens with a text that may stay empty. */
function finished({ tool_calls: calls, ...message }: Members): Members {
  const content = message["content"] === "" ? null : message["content"];
  if (!Array.isArray(calls)) return { ...message, content };
  return { ...message, content, tool_calls: calls.map(({ index: _index, ...call }) => call) };
}

function grow(message: Members, member: string, value: unknown): void {
  if (Array.isArray(value)) message[member] = value.reduce(joined, listAt(message, member));
  else if (typeof value === "string") message[member] = `${textAt(message, member) ?? ""}${value}`;
}

/** Calls come one after the other, and so do the details of the reasoning: a piece belongs to the last or is the next. */
function joined(list: readonly Members[], piece: unknown): readonly Members[] {
  const last = list.at(-1);
  assert.ok(isRecord(piece));
  const { index, ...rest } = piece;
  const next = (typeof last?.["index"] === "number" ? last["index"] : -1) + 1;
  if (index === next) return [...list, piece];
  assert.equal(index, next - 1, "a piece of what was over");
  return [...list.slice(0, -1), merged(last ?? {}, rest)];
}

const GROWING: ReadonlySet<string> = new Set(["text", "arguments"]);

function merged(one: Members, other: Members): Members {
  const all = { ...one };
  for (const [member, value] of Object.entries(other)) {
    const before = all[member];
    if (isRecord(before) && isRecord(value)) all[member] = merged(before, value);
    else if (GROWING.has(member) && typeof before === "string")
      all[member] = before + String(value);
    else all[member] = value;
  }
  return all;
}
