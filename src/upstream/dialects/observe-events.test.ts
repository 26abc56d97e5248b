import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StreamEvent, TokenUsage } from "../../canonical/index.ts";
import { EventObserver } from "./observe-events.ts";

const start = (usage?: TokenUsage): StreamEvent => ({ type: "start", id: "1", model: "m", usage });
const end = (usage?: TokenUsage): StreamEvent => ({ type: "end", stopReason: "end_turn", usage });
const FAILED: StreamEvent = { type: "error", error: { kind: "server", message: "no" } };
const USED = { input: 9, output: 3 };

describe("an answer that takes another's place", () => {
  it("is the only one that is observed, and both were used", () => {
    const observer = new EventObserver();
    for (const event of [start({ input: 9 }), FAILED]) observer.push(event);
    observer.restart({ usage: USED });
    assert.deepEqual(observer.observation.usage, { input_tokens: 9, output_tokens: 3 });
    assert.equal(observer.observation.errorType, undefined);
    for (const event of [start({ input: 9 }), end(USED)]) observer.push(event);
    const { usage, usageComplete, sawMessageStop } = observer.observation;
    assert.deepEqual(usage, { input_tokens: 18, output_tokens: 6 });
    assert.ok(usageComplete && sawMessageStop);
  });

  it("is not known to be all where the first told no usage", () => {
    const observer = new EventObserver();
    observer.restart({ usage: undefined });
    for (const event of [start(), end(USED)]) observer.push(event);
    assert.equal(observer.observation.usage, undefined);
    assert.equal(observer.observation.usageComplete, false);
  });

  it("is all where the first was refused", () => {
    const observer = new EventObserver();
    observer.push(FAILED);
    observer.restart();
    for (const event of [start(), end(USED)]) observer.push(event);
    assert.deepEqual(observer.observation.usage, { input_tokens: 9, output_tokens: 3 });
    assert.equal(observer.observation.usageComplete, true);
  });
});
