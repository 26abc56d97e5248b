import assert from "node:assert/strict";
import type { BlockDelta, OpenedBlock, StreamEvent } from "../../../src/canonical/index.ts";
import { assertOrder } from "../../../src/upstream/dialects/openai-responses/stream.fixture.ts";

const DELTAS: Readonly<Record<OpenedBlock["type"], readonly BlockDelta["type"][]>> = {
  text: ["text", "opaque"],
  thinking: ["thinking", "signature", "opaque"],
  redacted_thinking: ["opaque"],
  tool_use: ["input", "opaque"],
  opaque: ["text", "thinking", "signature", "input", "opaque"],
};

/** Fails where events are not a stream by the contract of canonical/stream.ts, from its start to its end. */
export function checkEvents(events: readonly StreamEvent[]): void {
  assertOrder(events);
  assert.match(events.at(-1)?.type ?? "nothing", /^(?:end|error)$/);
  const ids = new Set<string>();
  let open: OpenedBlock["type"] = "text";
  for (const event of events) {
    if (event.type === "delta") {
      assert.ok(DELTAS[open].includes(event.delta.type), `${event.delta.type} in ${open}`);
    } else if (event.type === "block") {
      open = event.block.type;
      if (event.block.type === "tool_use") {
        const { id, name } = event.block;
        assert.ok(id !== "" && !ids.has(id), "a call without an id of its own");
        assert.notEqual(name, "", "a call without a name");
        ids.add(id);
      }
    }
  }
}

/** Events in short: which came, and how it ended. */
export function shapeOf(events: readonly StreamEvent[]): string {
  const words = events.map((event) => {
    if (event.type === "block") return event.block.type;
    if (event.type === "delta") return event.delta.type;
    if (event.type === "end") return event.stopReason;
    return event.type === "error" ? event.error.kind : event.type;
  });
  return words
    .filter((word, at) => word !== words[at - 1])
    .slice(0, 14)
    .join(" ");
}
