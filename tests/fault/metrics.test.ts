import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytes } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { call, events, eventually, STREAM_BODY, startTestGateway } from "./rig.ts";

/** Samples of a metrics page: everything that is no comment. */
function samples(page: string): readonly string[] {
  return page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("C-09: metrics have bounded labels", () => {
  it("C-09: neither an upstream nor a client can make new series", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startTestGateway(upstream.url);
    for (let i = 0; i < 40; i += 1) {
      const error = `{"type":"error","error":{"type":"new_error_${i}","message":"x"}}`;
      upstream.queue(
        "plain",
        i % 2 === 0
          ? bytes(200, "text/event-stream", [`event: error\ndata: ${error}\n\n`])
          : bytes(401 + i, "application/json", [error]),
      );
      await call(gateway, {
        body: STREAM_BODY.replace("claude-opus-5-5", `claude-new-${i}`),
        headers: {
          "user-agent": `agent-${i}/1`,
          "x-claude-code-session-id": `session-${i}`,
          "x-claude-code-request-class": `class-${i}`,
        },
      });
      await call(gateway, { method: `GET`, path: `/new/path/${i}` });
      await call(gateway, { method: "GET", path: `/v1/models/m-${i}` });
    }
    await eventually(
      async () =>
        (await events(gateway)).every(({ finish }) => finish !== null) ? true : undefined,
      "the end of every exchange",
    );
    const page = (await call(gateway, { method: "GET", path: "/metrics" })).body.toString();
    assert.doesNotMatch(page, /claude-new|agent-|session-|class-|new\/path/);
    const errors = samples(page).filter((line) => line.startsWith("spillway_errors_total"));
    assert.ok(errors.length <= 20, `${errors.length} series of errors:\n${errors.join("\n")}`);
  });
});

describe("refusals at the door", () => {
  it("are counted as the client's errors, and are in the log", async () => {
    await using gateway = await startTestGateway("http://127.0.0.1:9");
    const foreign = await call(gateway, {
      method: "GET",
      path: "/v1/models",
      headers: { host: "evil.test" },
    });
    assert.equal(foreign.status, 403);
    for (let i = 0; i < 2; i += 1) {
      const dotted = await call(gateway, { method: "GET", path: "/v1/../models" });
      assert.equal(dotted.status, 400);
    }
    const page = (await call(gateway, { method: "GET", path: "/metrics" })).body.toString();
    const errors = samples(page).filter((line) => line.startsWith("spillway_errors_total"));
    assert.deepEqual(errors.toSorted(), [
      'spillway_errors_total{code="ambiguous_path",source="client"} 2',
      'spillway_errors_total{code="host_not_allowed",source="client"} 1',
    ]);
    const refusals = await eventually(() => {
      const lines = gateway.stdout().split("\n");
      const found = lines.filter((line) => line.includes('"event":"exchange.refused"'));
      return found.length >= 3 ? found : undefined;
    }, "three lines in the log");
    assert.deepEqual(
      refusals.map((line) => /"error":"(\w+)","error_source":"(\w+)"/.exec(line)?.slice(1)),
      [
        ["host_not_allowed", "client"],
        ["ambiguous_path", "client"],
        ["ambiguous_path", "client"],
      ],
    );
    assert.doesNotMatch(refusals.join(), /evil\.test/);
  });
});
