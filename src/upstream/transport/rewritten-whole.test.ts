import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ResponseHead, ResponseSink } from "./contract.ts";
import { type RewriteWhole, RewrittenWhole } from "./rewritten-whole.ts";

const FLOW = { pause: () => {}, resume: () => {} };
const HEAD: ResponseHead = {
  status: 503,
  reason: "Service Unavailable",
  headers: ["Content-Type", "text/plain", "X-Id", "7", "Content-Length", "4"],
};

/** What a sink was told, in order. */
function tell(look: RewriteWhole, head: ResponseHead, ...chunks: readonly string[]) {
  const told: unknown[] = [];
  const inner: ResponseSink = {
    onHead: (each) => told.push(each),
    onData: (chunk) => told.push(chunk.toString()),
    onEnd: () => told.push("end"),
    onFailure: () => assert.fail(),
  };
  const sink = new RewrittenWhole(inner, look);
  sink.onHead(head, FLOW);
  for (const chunk of chunks) sink.onData(Buffer.from(chunk));
  sink.onEnd();
  return told;
}

describe("RewrittenWhole", () => {
  it("shows another status and body, with the length of that", () => {
    const look: RewriteWhole = () => (body) => ({
      status: 529,
      body: Buffer.from(`<${body.toString()}>`),
    });
    assert.deepEqual(tell(look, HEAD, "bu", "sy"), [
      {
        status: 529,
        reason: "",
        headers: ["X-Id", "7", "content-type", "application/json", "content-length", "6"],
      },
      "<busy>",
      "end",
    ]);
  });

  it("passes on as it came what is not rewritten, by its head or by its body", () => {
    assert.deepEqual(
      tell(() => undefined, HEAD, "bu", "sy"),
      [HEAD, "bu", "sy", "end"],
    );
    assert.deepEqual(
      tell(() => () => undefined, HEAD, "bu", "sy"),
      [HEAD, "bu", "sy", "end"],
    );
  });

  it("holds no more than an error may be long", () => {
    const part = "x".repeat(200_000);
    assert.deepEqual(
      tell(() => () => assert.fail(), HEAD, part, part, "end of it"),
      [HEAD, part, part, "end of it", "end"],
    );
  });
});
