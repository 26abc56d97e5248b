import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, openRoutingBench, recordOf, session } from "./rig.ts";

const limited = (other: string) => [
  `key: env:KEY_OF_${other}`,
  "limits: { requestsPerMinute: 1, wait: 1s }",
];

describe("a chain of upstreams with limits", () => {
  it("S3-02: goes on where there is room instead of waiting, says so, and ends with 429 where there is none", async () => {
    await using bench = await openRoutingBench({
      entries: { groq: limited("GROQ"), openrouter: limited("OPENROUTER") },
      config: "routing:\n  models:\n    coding: { targets: [groq/llama-4, openrouter/qwen] }",
    });
    const options = { token: session() };
    const answers = [];
    for (let turn = 0; turn < 3; turn += 1) answers.push(await ask(bench, "coding", options));
    const [first, second, third] = answers;
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    assert.deepEqual([first.status, second.status, third.status], [200, 200, 429]);
    assert.deepEqual(bench.seen(), { groq: 1, openrouter: 1 });
    assert.match(JSON.stringify(await recordOf(bench, second)), /"came":"busy"/);
    const again = Number(third.headers["retry-after"]);
    assert.ok(again >= 1 && again <= 59, `retry-after: ${again}`);
    assert.match(third.body.toString(), /limits for groq .*\(upstream_busy\)/);
    assert.match(JSON.stringify(await recordOf(bench, third)), /"came":"busy".*"came":"busy"/);
  });
});
