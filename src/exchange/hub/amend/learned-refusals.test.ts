import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LearnedRefusals } from "./learned-refusals.ts";

const HOUR_MS = 60 * 60 * 1_000;

describe("LearnedRefusals", () => {
  it("knows a model's limits for a day", () => {
    let nowMs = 5;
    const learned = new LearnedRefusals(() => nowMs);
    assert.deepEqual(learned.limitsOf("lab/a"), {});
    learned.learn("lab/a", { maxTokens: 9 });
    nowMs += 23 * HOUR_MS;
    assert.deepEqual(learned.limitsOf("lab/a"), { maxTokens: 9 });
    assert.deepEqual(learned.limitsOf("lab/b"), {});
    nowMs += HOUR_MS;
    assert.deepEqual(learned.limitsOf("lab/a"), {});
  });

  it("forgets the oldest model first", () => {
    const learned = new LearnedRefusals(() => 0);
    for (let count = 0; count < 1_000; count += 1) learned.learn(`lab/${count}`, { maxTokens: 9 });
    learned.learn("lab/0", { maxTokens: 8 });
    learned.learn("lab/one more", { maxTokens: 7 });
    assert.deepEqual(learned.limitsOf("lab/0"), { maxTokens: 8 });
    assert.deepEqual(learned.limitsOf("lab/1"), {});
    assert.deepEqual(learned.limitsOf("lab/2"), { maxTokens: 9 });
  });

  it("knows thinking that was refused, and of too much of it the newest", () => {
    const learned = new LearnedRefusals(() => 0);
    assert.equal(learned.isRefused("0"), false);
    for (let count = 0; count <= 20_000; count += 1) learned.refuse(String(count));
    assert.deepEqual(
      ["0", "1", "20000", "20001"].map((proof) => learned.isRefused(proof)),
      [false, true, true, false],
    );
  });
});
