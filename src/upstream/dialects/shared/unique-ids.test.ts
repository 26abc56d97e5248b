import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AnswerIds } from "./answer-ids.ts";
import { UniqueIds } from "./unique-ids.ts";

describe("UniqueIds", () => {
  it("gives no id twice, though two become one", () => {
    const ids = new UniqueIds((id) => id.replaceAll(".", "_"), ["b"]);
    const given = ["a.1", "a_1", "a.1", "b"].map((id) => ids.assign(id));
    assert.deepEqual(given, ["a_1", "a_1_2", "a_1_3", "b_2"]);
  });
});

describe("AnswerIds", () => {
  it("makes an id that the upstream left out from the answer's", () => {
    const ids = new AnswerIds(new Set(["call_r1_1"]));
    assert.deepEqual([ids.assign("", "r1"), ids.assign("", "r1")], ["call_r1_1_2", "call_r1_2"]);
  });
});
