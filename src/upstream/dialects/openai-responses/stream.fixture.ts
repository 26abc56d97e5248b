import assert from "node:assert/strict";
import type {
  Block,
  BlockDelta,
  Message,
  OpenedBlock,
  StreamEvent,
} from "../../../canonical/index.ts";

/** Fails where events do not stand in the order that a stream promises. */
export function assertOrder(events: readonly StreamEvent[]): void {
  let state: "new" | "between" | "in a block" | "over" = "new";
  for (const event of events) {
    assert.notEqual(state, "over", `${event.type} behind the end`);
    switch (event.type) {
      case "start":
        assert.equal(state, "new");
        state = "between";
        break;
      case "block":
        assert.equal(state, "between");
        state = "in a block";
        break;
      case "delta":
        assert.equal(state, "in a block");
        break;
      case "block_end":
        assert.equal(state, "in a block");
        state = "between";
        break;
      case "end":
        assert.equal(state, "between");
        state = "over";
        break;
      case "error":
        state = "over";
        break;
    }
  }
}

/** The whole answer that a stream told; fails on one that broke off. */
export function collect(events: readonly StreamEvent[]): Message {
  const start = events.find((event) => event.type === "start");
  const end = events.at(-1);
  assert.ok(start !== undefined && end?.type === "end", JSON.stringify(end));
  const content: Block[] = [];
  let opened: OpenedBlock | undefined;
  let deltas: BlockDelta[] = [];
  for (const event of events) {
    if (event.type === "block") {
      opened = event.block;
      deltas = [];
    } else if (event.type === "delta") {
      deltas.push(event.delta);
    } else if (event.type === "block_end" && opened !== undefined) {
      content.push(toBlock(opened, deltas));
    }
  }
  return {
    id: start.id,
    model: start.model,
    content,
    stopReason: end.stopReason,
    ...(end.usage === undefined ? {} : { usage: end.usage }),
  };
}

function toBlock(opened: OpenedBlock, deltas: readonly BlockDelta[]): Block {
  const texts = (type: BlockDelta["type"]) =>
    deltas.map((delta) => (delta.type === type ? pieceOf(delta) : "")).join("");
  switch (opened.type) {
    case "text":
      return { type: "text", text: texts("text") };
    case "thinking": {
      const signature = texts("signature");
      return {
        type: "thinking",
        text: texts("thinking"),
        ...(signature === "" ? {} : { signature }),
      };
    }
    case "tool_use":
      return { ...opened, input: texts("input") };
    case "opaque": {
      const input = texts("input");
      if (input === "") return opened;
      return { ...opened, raw: { ...opened.raw, input: JSON.parse(input) } };
    }
    case "redacted_thinking":
      return opened;
  }
}

function pieceOf(delta: BlockDelta): string {
  switch (delta.type) {
    case "text":
    case "thinking":
      return delta.text;
    case "signature":
      return delta.signature;
    case "input":
      return delta.json;
    case "opaque":
      return "";
  }
}
