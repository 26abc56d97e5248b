import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import type { Flow, ResponseHead, ResponseSink } from "../../upstream/transport/contract.ts";
import { pinged } from "./pinged-answer.ts";

const FLOW: Flow = { pause: () => {}, resume: () => {} };
const STREAM: ResponseHead = {
  status: 200,
  reason: "",
  headers: ["content-type", "text/event-stream"],
};

/** An answer that the test tells, and what the client hears of it. */
function open() {
  const heard: string[] = [];
  let aborted = 0;
  const inner: ResponseSink = {
    onHead: () => void heard.push("head"),
    onData: (chunk) => void heard.push(chunk.toString()),
    onEnd: () => void heard.push("end"),
    onFailure: () => void heard.push("failure"),
  };
  let sink: ResponseSink = inner;
  const prepared = pinged(
    {
      open: (given) => {
        sink = given;
        return {
          abort: () => {
            aborted += 1;
          },
        };
      },
    },
    "ping",
  );
  const call = prepared.open(inner, () => assert.fail());
  return { heard, call, tell: () => sink, aborts: () => aborted };
}

describe("pinged", () => {
  it("speaks while the upstream is silent, and no more once it is over", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const { heard, tell } = open();
    tell().onHead(STREAM, FLOW);
    mock.timers.tick(10_000);
    tell().onData(Buffer.from("event"));
    mock.timers.tick(9_999);
    mock.timers.tick(1);
    tell().onEnd();
    mock.timers.tick(60_000);
    mock.timers.reset();
    assert.deepEqual(heard, ["head", "ping", "event", "ping", "end"]);
  });

  it("says nothing in an answer that is no stream, after a failure, or once it was given up", () => {
    mock.timers.enable({ apis: ["setInterval"] });
    const whole = open();
    whole.tell().onHead({ ...STREAM, headers: ["content-type", "application/json"] }, FLOW);
    const lost = open();
    lost.tell().onHead(STREAM, FLOW);
    lost.tell().onFailure({
      error: { code: "upstream_reset", message: "lost" },
      beforeResponse: false,
      onReusedConnection: false,
    });
    const left = open();
    left.tell().onHead(STREAM, FLOW);
    left.call.abort();
    mock.timers.tick(60_000);
    mock.timers.reset();
    assert.deepEqual(whole.heard, ["head"]);
    assert.deepEqual(lost.heard, ["head", "failure"]);
    assert.deepEqual(left.heard, ["head"]);
    assert.equal(left.aborts(), 1);
  });
});
