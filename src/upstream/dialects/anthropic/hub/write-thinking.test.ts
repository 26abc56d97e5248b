import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CanonicalRequest } from "../../../../canonical/index.ts";
import { openWriting, REQUEST, TRAITS } from "./hub.fixture.ts";
import type { AnthropicTraits } from "./traits.ts";
import { writeThinking } from "./write-thinking.ts";

const MAX_TOKENS = 20_000;
const ADAPTIVE = { type: "adaptive" };
const budget = (tokens: number) => ({ type: "enabled", budget_tokens: tokens });

describe("writeThinking", () => {
  const ROWS: readonly {
    readonly name: string;
    readonly asked: Partial<CanonicalRequest>;
    readonly traits?: Partial<AnthropicTraits>;
    readonly thinking?: object;
    readonly effort?: string;
    readonly lost?: readonly string[];
  }[] = [
    { name: "nothing for nothing", asked: {} },
    {
      name: "thinks where another dialect names an effort",
      asked: { effort: "high" },
      thinking: ADAPTIVE,
      effort: "high",
    },
    { name: "does not think for the effort none", asked: { effort: "none" } },
    {
      name: "steps down to an effort that the model has",
      asked: { effort: "xhigh" },
      thinking: ADAPTIVE,
      effort: "high",
      lost: ["effort"],
    },
    {
      name: "takes the lowest where there is no lower one",
      asked: { effort: "minimal" },
      thinking: ADAPTIVE,
      effort: "low",
      lost: ["effort"],
    },
    {
      name: "makes a budget of an effort",
      asked: { effort: "low" },
      traits: { thinking: "budget", efforts: [] },
      thinking: budget(2_048),
    },
    {
      name: "makes an effort of a budget",
      asked: { thinking: { mode: "budget", budgetTokens: 10_000 } },
      traits: { thinking: "adaptive" },
      thinking: ADAPTIVE,
      effort: "medium",
    },
    {
      name: "keeps a budget below the limit of the answer",
      asked: { thinking: { mode: "budget", budgetTokens: 30_000 } },
      thinking: budget(MAX_TOKENS - 1),
    },
    {
      name: "says that a model does not think",
      asked: { thinking: { mode: "adaptive" } },
      traits: { thinking: "none" },
      lost: ["thinking"],
    },
    {
      name: "does not think where a tool is forced",
      asked: { effort: "high", toolChoice: { type: "any" } },
      effort: "high",
      lost: ["thinking"],
    },
    { name: "leaves off what is off", asked: { thinking: { mode: "off" } } },
  ];
  for (const { name, asked, traits, thinking, effort, lost } of ROWS) {
    it(name, () => {
      const writing = openWriting({ traits: { ...TRAITS, ...traits } });
      const written = writeThinking({ ...REQUEST, ...asked }, MAX_TOKENS, writing);
      assert.deepEqual(written, { thinking, effort });
      assert.deepEqual(writing.lost, lost ?? []);
    });
  }

  it("leaves room for an answer, or does not think at all", () => {
    const writing = openWriting();
    const request: CanonicalRequest = {
      ...REQUEST,
      thinking: { mode: "budget", budgetTokens: 2_000 },
    };
    assert.equal(writeThinking(request, 500, writing).thinking, undefined);
    assert.deepEqual(writing.lost, ["thinking"]);
  });

  it("says what a client of this dialect says, with a forced tool and all", () => {
    const asked: CanonicalRequest = { ...REQUEST, toolChoice: { type: "any" } };
    const writing = openWriting({ isOwn: true });
    const write = (thinking: CanonicalRequest["thinking"]) =>
      writeThinking({ ...asked, thinking }, MAX_TOKENS, writing).thinking;
    assert.deepEqual(write({ mode: "off" }), { type: "disabled" });
    assert.deepEqual(write({ mode: "adaptive" }), ADAPTIVE);
    assert.equal(write(undefined), undefined);
    assert.deepEqual(writing.lost, []);
  });
});
