import assert from "node:assert/strict";
import { at, textAt } from "../../conformance/exchange.ts";
import { listAt } from "../../upstream/model-api.ts";
import { type Frame, type Typed, typedData } from "../frames.ts";

/** The response with which a stream ends, held against everything that the stream told before. */
export function accumulateResponses(frames: readonly Frame[]): unknown {
  const events = typedData(frames);
  assert.deepEqual(
    events.map(({ sequence_number: number }) => number),
    events.map((_, index) => index),
  );
  const [created, inProgress, ...rest] = events;
  const last = rest.pop();
  assert.equal(created?.type, "response.created");
  assert.equal(inProgress?.type, "response.in_progress");
  assert.match(last?.type ?? "", /^response\.(?:completed|incomplete)$/);
  const response = last?.["response"];
  assert.deepEqual(itemsOf(rest), listAt(response, "output"));
  return response;
}

function itemsOf(events: readonly Typed[]): readonly unknown[] {
  const items: unknown[] = [];
  let pieces: Map<string, string> | undefined;
  for (const event of events) {
    const { type, output_index: index, item } = event;
    assert.equal(index, items.length, type);
    if (type === "response.output_item.added") {
      assert.equal(pieces, undefined, "two items are open");
      pieces = new Map();
    } else if (type === "response.output_item.done") {
      items.push(item);
      pieces = undefined;
    } else {
      assert.ok(pieces !== undefined, `${type} without an item`);
      take(event, pieces);
    }
  }
  assert.equal(pieces, undefined, "the end within an item");
  return items;
}

/** What is done is what its pieces were. */
function take(event: Typed, pieces: Map<string, string>): void {
  const [, name = "", step] = /^response\.(.*)\.(delta|done|added)$/.exec(event.type) ?? [];
  const before = pieces.get(name) ?? "";
  if (step === "delta") pieces.set(name, before + textAt(event, "delta"));
  if (step !== "done" || name.endsWith("_part")) return;
  assert.equal(at(event, "text") ?? at(event, "arguments") ?? at(event, "refusal"), before);
  pieces.delete(name);
}
