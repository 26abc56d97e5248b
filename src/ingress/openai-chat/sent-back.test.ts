import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isObject } from "../../base/json.ts";
import type { Block, JsonObject, StreamEvent } from "../../canonical/index.ts";
import { StreamSealer } from "../../canonical/index.ts";
import { streamEvents } from "../anthropic/stream-events.fixture.ts";
import { FACTS } from "./facts.fixture.ts";
import { readRequest } from "./read-request.ts";
import { StreamWriter } from "./write-stream.ts";

const SEALING = { provider: "gemini", key: createSecretKey(Buffer.alloc(32, 1)) };

describe("an answer that a client sends back", () => {
  it("has its calls and all proofs of its thinking, with their words", () => {
    fc.assert(
      fc.property(streamEvents, (told) => {
        fc.pre(told.at(-1)?.type === "end");
        const sealer = new StreamSealer(SEALING);
        const events = told.flatMap((event) => sealer.push(event));
        const answer = keep(events);
        const messages = [{ role: "user", content: "?" }, answer];
        const read = readRequest({ model: "m", messages });
        assert.ok(read.ok);
        const back = read.value.turns[1]?.content ?? [];
        assert.deepEqual(thinkingIn(back), thinkingIn(blocksOf(events)));
        assert.deepEqual(callsIn(back), callsIn(blocksOf(events)));
      }),
    );
  });
});

/** The message as the simplest client keeps it: texts grow, lists are the pieces one after another. */
function keep(events: readonly StreamEvent[]): JsonObject {
  const writer = new StreamWriter(FACTS);
  const text = events.map((event) => writer.push(event)).join("");
  const calls: { id: string; name: string; args: string; carrier: unknown }[] = [];
  const details: JsonObject[] = [];
  for (const event of text.split("\n\n").filter((each) => each.startsWith("data: {"))) {
    const delta = JSON.parse(event.slice("data: ".length)).choices?.[0].delta;
    if (!isObject(delta)) continue;
    const { reasoning_details: more, tool_calls: pieces } = delta;
    if (Array.isArray(more)) details.push(...more.filter(isObject));
    for (const piece of Array.isArray(pieces) ? pieces : []) {
      const { id, function: part, extra_content: carrier } = piece;
      if (id !== undefined) calls.push({ id, name: part.name, args: "", carrier });
      const last = calls[piece.index];
      if (last !== undefined) last.args += part.arguments;
    }
  }
  return {
    role: "assistant",
    content: "said",
    reasoning_details: details,
    tool_calls: calls.map(({ id, name, args, carrier }) => ({
      id,
      function: { name, arguments: args },
      extra_content: carrier,
    })),
  };
}

/** The blocks of a stream, as far as clients send them back. */
function blocksOf(events: readonly StreamEvent[]): readonly Block[] {
  const blocks: Block[] = [];
  for (const event of events) {
    if (event.type === "block") blocks.push(emptied(event.block));
    const last = blocks.at(-1);
    if (event.type !== "delta" || last === undefined) continue;
    const { delta } = event;
    if (last.type === "thinking" && delta.type === "thinking") {
      blocks[blocks.length - 1] = { ...last, text: last.text + delta.text };
    } else if (last.type === "thinking" && delta.type === "signature") {
      blocks[blocks.length - 1] = { ...last, signature: delta.signature };
    } else if (last.type === "tool_use" && delta.type === "input") {
      blocks[blocks.length - 1] = { ...last, input: last.input + delta.json };
    }
  }
  return blocks;
}

type Opened = Extract<StreamEvent, { readonly type: "block" }>["block"];

function emptied(block: Opened): Block {
  if (block.type === "tool_use") return { ...block, input: "" };
  return block.type === "text" || block.type === "thinking" ? { ...block, text: "" } : block;
}

function thinkingIn(blocks: readonly Block[]): readonly string[] {
  return blocks
    .flatMap((block) => {
      if (block.type === "thinking") return [`${block.text} ${block.signature}`];
      return block.type === "redacted_thinking" ? [block.data] : [];
    })
    .toSorted();
}

function callsIn(blocks: readonly Block[]): readonly unknown[] {
  return blocks.flatMap((block) =>
    block.type === "tool_use" ? [[block.id, block.name, block.input || "{}"]] : [],
  );
}
