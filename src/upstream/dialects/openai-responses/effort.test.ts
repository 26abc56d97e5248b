import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Effort, Thinking } from "../../../canonical/index.ts";
import { write } from "./request.fixture.ts";

const ALL: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const budget = (budgetTokens: number): Thinking => ({ mode: "budget", budgetTokens });
const ON: Thinking = { mode: "adaptive" };
const OFF: Thinking = { mode: "off" };

type Case = readonly [
  Thinking | undefined,
  Effort | undefined,
  readonly Effort[],
  object | undefined,
  readonly string[],
];

const CASES: readonly Case[] = [
  [undefined, undefined, ALL, undefined, []],
  [undefined, "high", ALL, { effort: "high" }, []],
  [ON, undefined, ALL, { summary: "auto" }, []],
  [ON, "max", ALL, { effort: "max", summary: "auto" }, []],
  [ON, "max", ["low", "medium", "high"], { effort: "high", summary: "auto" }, ["effort"]],
  [ON, "xhigh", ["none", "low"], { effort: "low", summary: "auto" }, ["effort"]],
  [ON, "minimal", ["none", "low", "high"], { effort: "low", summary: "auto" }, ["effort"]],
  [OFF, "high", ALL, { effort: "none" }, []],
  [OFF, undefined, ["minimal", "low"], { effort: "minimal" }, ["effort"]],
  [OFF, undefined, [], undefined, []],
  [budget(1_024), undefined, ALL, { effort: "low", summary: "auto" }, []],
  [budget(2_000), undefined, ALL, { effort: "medium", summary: "auto" }, []],
  [budget(8_000), undefined, ALL, { effort: "high", summary: "auto" }, []],
  [budget(31_999), undefined, ALL, { effort: "xhigh", summary: "auto" }, []],
  [budget(31_999), "low", ALL, { effort: "low", summary: "auto" }, []],
  [budget(4_000), undefined, [], undefined, ["thinking"]],
  [undefined, "high", [], undefined, ["effort"]],
];

describe("reasoning", () => {
  for (const [thinking, effort, efforts, reasoning, lossy] of CASES) {
    const asked = `${JSON.stringify(thinking)} and ${effort}`;
    it(`is ${JSON.stringify(reasoning)} for ${asked}, of ${efforts.join(" ") || "no levels"}`, () => {
      const written = write({ thinking, effort }, { efforts });
      assert.deepEqual(written.body["reasoning"], reasoning);
      assert.deepEqual(written.lossy, lossy);
    });
  }
});
