import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Block, Turn } from "../../../../canonical/index.ts";
import { call, result, said, text } from "./hub.fixture.ts";
import { pairResults } from "./pair-results.ts";

const MISSING: Block = { ...result("a", "[tool result missing]"), isError: true };
const ORPHAN = text("[result of a tool call that is no longer part of the conversation]");

describe("pairResults", () => {
  const ROWS: readonly (readonly [string, readonly Turn[], readonly Turn[]])[] = [
    [
      "leaves what is right alone",
      [said("assistant", text("hm"), call("a")), said("user", result("a"), text("and"))],
      [said("assistant", text("hm"), call("a")), said("user", result("a"), text("and"))],
    ],
    [
      "puts results before what the user says",
      [said("assistant", call("a"), call("b")), said("user", text("x"), result("b"), result("a"))],
      [said("assistant", call("a"), call("b")), said("user", result("b"), result("a"), text("x"))],
    ],
    [
      "puts calls behind the text of their turn",
      [said("assistant", call("a"), text("hm")), said("user", result("a"))],
      [said("assistant", text("hm"), call("a")), said("user", result("a"))],
    ],
    [
      "answers a call that nobody answered",
      [said("assistant", call("a")), said("user", text("go on"))],
      [said("assistant", call("a")), said("user", MISSING, text("go on"))],
    ],
    [
      "answers a call that is the last word",
      [said("assistant", call("a"))],
      [said("assistant", call("a")), said("user", MISSING)],
    ],
    [
      "makes text of a result without a call",
      [said("user", result("z"))],
      [said("user", ORPHAN, text("out"))],
    ],
    [
      "takes only the first of two results of one call",
      [said("assistant", call("a")), said("user", result("a"), result("a", "again"))],
      [said("assistant", call("a")), said("user", result("a"), ORPHAN, text("again"))],
    ],
    [
      "brings results before a system turn that came between",
      [said("assistant", call("a")), said("system", text("s")), said("user", result("a"))],
      [said("assistant", call("a")), said("user", result("a")), said("system", text("s"))],
    ],
    [
      "keeps a user's turn where it is when there is nothing to answer",
      [said("assistant", text("hm")), said("system", text("s")), said("user", text("x"))],
      [said("assistant", text("hm")), said("system", text("s")), said("user", text("x"))],
    ],
    [
      "gives ids that come again in a later turn a number",
      [
        said("assistant", call("call_0")),
        said("user", result("call_0")),
        said("assistant", call("call_0")),
        said("user", result("call_0", "second")),
      ],
      [
        said("assistant", call("call_0")),
        said("user", result("call_0")),
        said("assistant", call("call_0_2")),
        said("user", result("call_0_2", "second")),
      ],
    ],
    [
      "gives ids the characters that the API takes",
      [said("assistant", call("functions.x:0")), said("user", result("functions.x:0"))],
      [said("assistant", call("functions_x_0")), said("user", result("functions_x_0"))],
    ],
  ];
  for (const [name, turns, expected] of ROWS) {
    it(name, () => assert.deepEqual(pairResults(turns), expected));
  }

  it("answers each call exactly once, in the next turn and before anything else, whatever came", () => {
    const id = fc.constantFrom("a", "b", "c.d");
    const anyBlock = fc.oneof(
      id.map(call),
      id.map((name) => result(name)),
      fc.constant(text("t")),
    );
    const content = fc.array(anyBlock, { minLength: 1, maxLength: 5 });
    const assistant = content.map((all) => said("assistant", ...all.filter(isNoResult)));
    const user = content.map((all) => said("user", ...all.filter(isNoCall)));
    const system = fc.constant(said("system", text("s")));
    fc.assert(
      fc.property(fc.array(fc.oneof(assistant, user, system)), (turns) => {
        const paired = pairResults(turns);
        const seen = new Set<string>();
        for (const [index, turn] of paired.entries()) {
          const calls = turn.content.flatMap((block) =>
            block.type === "tool_use" ? [block.id] : [],
          );
          const answers = paired[index + 1]?.content ?? [];
          const ids = answers
            .slice(0, calls.length)
            .map((block) => (block.type === "tool_result" ? block.toolUseId : ""));
          assert.deepEqual(ids.toSorted(), calls.toSorted());
          for (const name of calls) assert.ok(!seen.has(name) && seen.add(name));
          const results = turn.content.filter(({ type }) => type === "tool_result");
          const before = index === 0 ? [] : (paired[index - 1]?.content ?? []);
          assert.equal(results.length, before.filter(({ type }) => type === "tool_use").length);
        }
      }),
    );
  });
});

function isNoResult(block: Block): boolean {
  return block.type !== "tool_result";
}

function isNoCall(block: Block): boolean {
  return block.type !== "tool_use";
}
