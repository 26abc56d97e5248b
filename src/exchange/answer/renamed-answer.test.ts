import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gatewayError } from "../../base/errors.ts";
import type { Tap } from "../../upstream/dialects/anthropic/index.ts";
import type { ResponseHead, ResponseSink } from "../../upstream/transport/contract.ts";
import { RenamedAnswer } from "./renamed-answer.ts";

const FLOW = { pause: () => {}, resume: () => {} };
const FAILURE = {
  error: gatewayError("upstream_reset", "gone"),
  beforeResponse: false,
  onReusedConnection: false,
};
const STREAM = [
  'event: message_start\ndata: {"type":"message_start", "message":{"id":"m","model":"some-model","usage":{"n":1.0}}}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","message":{"model":"some-model"}}\n\n',
].join("");
const RENAMED = STREAM.replace('"some-model"', '"afar/some-model"');
const WHOLE = '{"id":"m", "model" : "some-model","content":[{"model":"some-model"}]}';

/** What comes out, as text: the head's field names, the body, how it ended; and what the tap was shown. */
function pass(head: Partial<ResponseHead>, chunks: readonly string[], isBroken = false): string {
  const seen: string[] = [];
  const tapped: string[] = [];
  const tap: Tap = {
    push: (chunk) => tapped.push(Buffer.from(chunk).toString("latin1")),
    atBoundary: true,
    finish: () => assert.fail("the relay finishes it"),
  };
  const inner: ResponseSink = {
    onHead: (shown) => {
      sink.openTap(shown);
      seen.push(`[${shown.headers.filter((_, at) => at % 2 === 0).join()}]`);
    },
    onData: (chunk) => seen.push(chunk.toString("latin1")),
    onEnd: () => seen.push("<end>"),
    onFailure: () => seen.push("<broken>"),
  };
  const sink = new RenamedAnswer(inner, "afar/some-model", () => tap);
  sink.onHead({ status: 200, reason: "", headers: [], ...head }, FLOW);
  for (const chunk of chunks) sink.onData(Buffer.from(chunk, "latin1"));
  if (isBroken) sink.onFailure(FAILURE);
  else sink.onEnd();
  if (seen.length > 1) assert.equal(tapped.join(""), chunks.join(""));
  return seen.join("");
}

const EVENTS = ["Content-Type", "text/event-stream; charset=utf-8"];
const JSON_TYPE = ["content-type", "application/json"];

describe("RenamedAnswer", () => {
  it("names the model that was asked for in a stream's start, wherever the bytes are split", () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      const chunks = [STREAM.slice(0, at), STREAM.slice(at)];
      assert.equal(pass({ headers: EVENTS }, chunks), `[Content-Type]${RENAMED}<end>`);
    }
  });

  it("names it behind comments, and in no later event, wherever the bytes are split", () => {
    const before = ": waiting\n\n: still\r\n\r\n";
    const said = 'data: {"type":"ping"}\n\n';
    for (const [told, shown] of [
      [before + STREAM, before + RENAMED],
      [said + STREAM, said + STREAM],
    ] as const) {
      for (let at = 0; at <= told.length; at += 1) {
        const chunks = [told.slice(0, at), told.slice(at)];
        assert.equal(pass({ headers: EVENTS }, chunks), `[Content-Type]${shown}<end>`);
      }
    }
  });

  it("names it in a whole answer, whose length is then another", () => {
    const headers = ["Content-Length", String(WHOLE.length), ...JSON_TYPE];
    const renamed = WHOLE.replace('"some-model"', '"afar/some-model"');
    const chunks = [WHOLE.slice(0, 20), WHOLE.slice(20)];
    assert.equal(pass({ headers }, chunks), `[content-type]${renamed}<end>`);
  });

  it("leaves errors, packed answers and other types as they are", () => {
    for (const head of [
      { status: 400, headers: JSON_TYPE },
      { headers: [...JSON_TYPE, "content-encoding", "gzip"] },
      { headers: ["content-type", "text/html"] },
    ]) {
      assert.ok(pass(head, [WHOLE]).endsWith(`]${WHOLE}<end>`));
    }
  });

  it("gives out what it held of a stream that breaks off, and shows nothing of half an answer", () => {
    const half = STREAM.slice(0, 30);
    assert.equal(pass({ headers: EVENTS }, [half], true), `[Content-Type]${half}<broken>`);
    assert.equal(pass({ headers: JSON_TYPE }, [WHOLE.slice(0, 30)], true), "<broken>");
  });

  it("lets a start that has no message, or no end, pass", () => {
    for (const text of ["event: ping\ndata: {}\n\n", "data: {", "x".repeat(300_000)]) {
      assert.equal(pass({ headers: EVENTS }, [text]), `[Content-Type]${text}<end>`);
    }
  });
});
