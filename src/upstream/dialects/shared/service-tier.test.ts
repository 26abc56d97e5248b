import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PROVIDERS } from "../../providers/registry.generated.ts";
import { DialectTap } from "../dialect-tap.ts";

const USAGE = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const RESPONSE = {
  id: "resp_1",
  model: "gpt-5.5",
  status: "completed",
  output: [],
  usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
};

/** By model, and with it by dialect: a whole answer, and a stream's events. */
const ANSWERS = {
  "gpt-4o": (tier: object) => ({
    whole: {
      ...tier,
      choices: [{ index: 0, message: { content: "Hi" }, finish_reason: "stop" }],
      usage: USAGE,
    },
    events: [
      { ...tier, choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] },
      { choices: [], usage: USAGE },
    ],
  }),
  "gpt-5.5": (tier: object) => ({
    whole: { ...RESPONSE, ...tier },
    events: [{ type: "response.completed", response: { ...RESPONSE, ...tier } }],
  }),
};

describe("the tier at which an answer was served", () => {
  for (const [model, answerOf] of Object.entries(ANSWERS)) {
    it(`is part of the usage of ${model}, where it is not the usual one`, () => {
      const rows = [
        [{ service_tier: "flex" }, "flex"],
        [{ service_tier: "priority" }, "priority"],
        [{ service_tier: "default" }, undefined],
        [{ service_tier: null }, undefined],
        [{}, undefined],
      ] as const;
      for (const [told, tier] of rows) {
        const { whole, events } = answerOf(told);
        const sse = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
        for (const [text, isStream] of [
          [JSON.stringify(whole), false],
          [sse, true],
        ] as const) {
          const bound = PROVIDERS.get("openai")?.dialectFor(model);
          assert.ok(bound);
          const tap = new DialectTap(bound, isStream);
          tap.push(Buffer.from(text));
          const { usage } = tap.finish();
          assert.equal(usage?.["output_tokens"], 4);
          assert.equal(usage["service_tier"], tier, `${isStream} ${tier}`);
        }
      }
    });
  }
});
