import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inFlags, toKeyBody } from "./flags.ts";

describe("toKeyBody", () => {
  it("says what the flags say, and nothing else", () => {
    const flags = {
      name: "ci",
      budget: ["500/month", "20/day"],
      dailyRequests: "7",
      rpm: "60",
      sessionConcurrency: "none",
      models: ["a"],
    };
    assert.deepEqual(toKeyBody(flags), {
      ok: true,
      value: {
        name: "ci",
        budget: ["500/month", "20/day"],
        daily_requests: 7,
        rpm: 60,
        session_concurrency: null,
        models: ["a"],
      },
    });
    assert.deepEqual(toKeyBody({}), { ok: true, value: {} });
  });

  it("takes limits away with none", () => {
    const none = { mode: "none", dataPolicy: "none", expires: "none", dailyRequests: "none" };
    assert.deepEqual(toKeyBody({ ...none, budget: ["none"], models: ["none"] }), {
      ok: true,
      value: {
        budget: null,
        daily_requests: null,
        models: null,
        mode: null,
        data_policy: null,
        expires: null,
      },
    });
  });

  it("does not guess what none beside something means", () => {
    for (const flags of [{ budget: ["none", "5/day"] }, { models: ["a", "none"] }]) {
      const body = toKeyBody(flags);
      assert.ok(!body.ok && body.error.code === 2);
    }
  });
});

describe("inFlags", () => {
  it("names the flag that a field came from", () => {
    const message = (text: string) => inFlags({ code: 2, message: text }).message;
    assert.equal(
      message('The field "daily_requests": expected 1.'),
      "--daily-requests: expected 1.",
    );
    assert.equal(message('The field "models.3": expected ids.'), "--models: expected ids.");
    assert.equal(message("There is no key."), "There is no key.");
  });
});
