import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Ending, judgeFile, type TestEvent, totalLine } from "./outcome.ts";

const END: TestEvent = { kind: "end" };

function ran(
  kind: "pass" | "fail",
  more: Partial<Exclude<TestEvent, { kind: "end" }>> = {},
): TestEvent {
  return { kind, name: "a test", nesting: 1, isSuite: false, isEcho: false, ...more };
}

function judge(events: readonly TestEvent[], more: Partial<Ending> = {}) {
  return judgeFile({
    file: "x.test.ts",
    events,
    exit: 0,
    output: "",
    tookMs: 1,
    mayBeEmpty: false,
    ...more,
  });
}

describe("judgeFile", () => {
  it("counts tests and not the suites around them", () => {
    const outcome = judge([ran("pass"), ran("pass"), ran("pass", { isSuite: true }), END]);
    assert.equal(totalLine([outcome]), "2 passed, 0 failed");
  });

  it("counts a failed test once although its suite fails with it", () => {
    const echo = ran("fail", { isSuite: true, isEcho: true });
    assert.equal(totalLine([judge([ran("fail"), echo, END], { exit: 1 })]), "0 passed, 1 failed");
  });

  it("counts a suite whose hook failed", () => {
    const suite = ran("fail", { isSuite: true, error: "beforeEach threw" });
    assert.equal(totalLine([judge([suite, END], { exit: 1 })]), "0 passed, 1 failed");
  });

  it("lists skipped tests with their reasons", () => {
    const outcome = judge([ran("pass", { skipped: "needs a real account" }), ran("pass"), END]);
    assert.deepEqual(outcome.skipped, [{ name: "a test", reason: "needs a real account" }]);
    assert.equal(totalLine([outcome]), "1 passed, 0 failed, 1 skipped");
  });

  it("fails a file that was ended at its deadline, even if every test so far passed", () => {
    assert.equal(judge([ran("pass")], { exit: "deadline" }).failures.length, 1);
  });

  it("fails a file that exits cleanly before its tests have ended", () => {
    assert.equal(judge([ran("pass")]).failures.length, 1);
  });

  it("fails a file that fails outside its tests", () => {
    assert.equal(judge([ran("pass"), END], { exit: 1 }).failures.length, 1);
  });

  it("fails a file without tests unless only some were asked for", () => {
    assert.equal(judge([END]).failures.length, 1);
    assert.equal(judge([END], { mayBeEmpty: true }).failures.length, 0);
  });
});
