import assert from "node:assert/strict";
import { at, isRecord, textAt } from "../../conformance/exchange.ts";
import { type Frame, typedData } from "../frames.ts";

/** The message that a stream of Messages tells, block after block. */
export function accumulateMessages(frames: readonly Frame[]): unknown {
  const events = typedData(frames).filter(({ type }) => type !== "ping");
  const [start, ...rest] = events;
  const [end, last] = rest.splice(-2);
  assert.equal(start?.type, "message_start");
  assert.equal(end?.type, "message_delta");
  assert.equal(last?.type, "message_stop");
  const content: Record<string, unknown>[] = [];
  let open: Record<string, unknown> | undefined;
  for (const { type, index, content_block: block, delta } of rest) {
    if (type === "content_block_start") {
      assert.equal(open, undefined, "two blocks are open");
      assert.equal(index, content.length);
      assert.ok(isRecord(block));
      open = { ...block };
      content.push(open);
      continue;
    }
    assert.ok(open !== undefined, `${type} without a block`);
    assert.equal(index, content.length - 1);
    if (type === "content_block_delta") grow(open, delta);
    else assert.equal(type, "content_block_stop");
    if (type === "content_block_stop") open = undefined;
  }
  assert.equal(open, undefined, "the end within a block");
  return {
    ...Object(at(start, "message")),
    content: content.map(({ json, ...block }) =>
      typeof json === "string" ? { ...block, input: JSON.parse(json === "" ? "{}" : json) } : block,
    ),
    ...Object(at(end, "delta")),
    usage: { ...Object(at(start, "message", "usage")), ...Object(at(end, "usage")) },
  };
}

/** By which member of a block each kind of delta grows; what they have in common is none of their names. */
const MEMBERS: Readonly<Record<string, readonly [block: string, from: string, to: string]>> = {
  text_delta: ["text", "text", "text"],
  thinking_delta: ["thinking", "thinking", "thinking"],
  signature_delta: ["thinking", "signature", "signature"],
  input_json_delta: ["tool_use", "partial_json", "json"],
};

function grow(block: Record<string, unknown>, delta: unknown): void {
  const [type, from, to] = MEMBERS[textAt(delta, "type") ?? ""] ?? assert.fail("an unknown delta");
  assert.equal(block["type"], type);
  block[to] = `${textAt(block, to) ?? ""}${textAt(delta, from)}`;
}
