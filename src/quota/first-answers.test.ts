import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FirstAnswers } from "./first-answers.ts";

const STATUS = ["Anthropic-Ratelimit-Unified-Status", "allowed"];
const REQUESTS = ["anthropic-ratelimit-requests-limit", "50"];

describe("FirstAnswers", () => {
  it("X-R3: tells once of the first limits, all of them, and once of a silent answer", () => {
    const heard: unknown[] = [];
    const first = new FirstAnswers({
      onFirstLimits: (fields) => heard.push(fields),
      onSilentAnswer: () => heard.push("silent"),
    });
    first.note(["content-type", "anthropic-ratelimit-none"], { isSilent: false });
    assert.deepEqual(heard, []);
    first.note([], { isSilent: true });
    first.note([...STATUS, "date", "today", ...REQUESTS], { isSilent: true });
    first.note(STATUS, { isSilent: true });
    assert.deepEqual(heard, ["silent", [...STATUS, ...REQUESTS]]);
  });
});
