import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { answering } from "../redirect/rig.ts";
import { ask, openRoutingBench, recordOf, session, textOf } from "./rig.ts";

const CONFIG = `
redirect: { to: openrouter, models: { opus: substitute } }
routing:
  fallbacks: { "*": [groq/cheap] }
`;

describe("a redirect with a chain behind it", () => {
  it("S1-087 goes to the substitute as without one, and to the chain where that fails", async () => {
    await using bench = await openRoutingBench({ config: CONFIG });
    const token = session();
    bench.anthropic.queue(() => true, answering({ fiveHour: 0.95 }));
    const before = await ask(bench, "claude-opus-4-8", { token });
    assert.equal(before.headers["x-spillway-upstream-mode"], "passthrough");

    const redirected = await ask(bench, "claude-opus-4-8", { token });
    assert.equal(textOf(redirected), "From openrouter.");
    assert.equal(redirected.headers["x-spillway-upstream-mode"], "fallback");
    const { candidates, record } = await recordOf(bench, redirected);
    assert.deepEqual(candidates, [
      "openrouter/substitute key configuration",
      "groq/cheap key configuration",
    ]);
    assert.equal(record["sent_model"], "substitute");

    bench.script("openrouter", () => ({ status: 503, json: { error: { message: "down" } } }));
    const further = await ask(bench, "claude-opus-4-8", { token });
    assert.equal(textOf(further), "From groq.");
    assert.deepEqual(bench.seen(), { anthropic: 1, groq: 1, openrouter: 2 });
  });
});
