import assert from "node:assert/strict";
import { type StreamEvent, StreamSealer } from "../../../src/canonical/index.ts";
import type { BoundDialect } from "../../../src/upstream/dialects/bind.ts";
import { DialectTap } from "../../../src/upstream/dialects/dialect-tap.ts";
import { parseEvent } from "../../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../../src/upstream/sse/splitter.ts";
import type { Target } from "../target.ts";
import { checkWritten } from "./client-stream.ts";
import { checkEvents, shapeOf } from "./event-order.ts";
import { CLIENTS, KEY, NO_CONTEXT, UPSTREAMS, type UpstreamDialectName } from "./parties.ts";
import { piecesOf } from "./splits.ts";

/** Streams of each upstream dialect, however their bytes are split, told to every client. */
export const STREAM_TARGETS: readonly Target[] = [
  streamTarget("anthropic"),
  streamTarget("openai-chat"),
  streamTarget("openai-responses"),
  streamTarget("gemini"),
  streamTarget("bedrock-converse"),
];

function streamTarget(name: UpstreamDialectName): Target {
  return {
    name: `stream-${name}`,
    shape: "stream",
    sources: [
      `upstream/dialects/${name}/`,
      "upstream/dialects/shared/",
      "upstream/sse/",
      "canonical/",
      "ingress/",
    ],
    run: (input) => {
      const pieces = piecesOf(input);
      const outcomes = UPSTREAMS[name].map((upstream) => {
        const events = read(upstream, [input]);
        assert.equal(
          JSON.stringify(read(upstream, pieces)),
          JSON.stringify(events),
          "by the split",
        );
        checkEvents(events);
        const sealer = new StreamSealer({ provider: name, key: KEY });
        const sealed = events.flatMap((event) => sealer.push(event));
        checkEvents(sealed);
        for (const client of CLIENTS) checkWritten(client, sealed);
        const tap = new DialectTap(upstream, true);
        for (const piece of pieces) tap.push(piece);
        assert.equal(tap.finish().failed, false, "the tap failed");
        return shapeOf(events);
      });
      return outcomes.join(" | ");
    },
  };
}

function read(upstream: BoundDialect, pieces: readonly Buffer[]): readonly StreamEvent[] {
  const reader = upstream.openStream(NO_CONTEXT);
  const events: StreamEvent[] = [];
  const splitter = new SseSplitter((text, from, end) => {
    const event = parseEvent(text.slice(from, end));
    if (event !== undefined) events.push(...reader.push(event));
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.finish();
  return [...events, ...reader.end()];
}
