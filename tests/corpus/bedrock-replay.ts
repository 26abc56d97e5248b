import type { CloudShape } from "../../src/upstream/cloud.ts";
import { parseEvent, type ServerSentEvent } from "../../src/upstream/sse/parse-event.ts";
import { SseSplitter } from "../../src/upstream/sse/splitter.ts";
import type { ResponseHead, ResponseSink } from "../../src/upstream/transport/contract.ts";
import type { Exchange } from "../conformance/exchange.ts";

/** What became of an answer behind a cloud's shape. */
export interface Unshaped {
  readonly head: ResponseHead;
  readonly body: Buffer;
  readonly hasFailed: boolean;
}

/** Sends a recorded answer through a shape, cut into these pieces. */
export function unshape(
  { response }: Exchange,
  shape: CloudShape,
  pieces: readonly Buffer[] = [response.body],
): Unshaped {
  const chunks: Buffer[] = [];
  let head: ResponseHead = { status: 0, reason: "", headers: [] };
  let hasFailed = false;
  const inner: ResponseSink = {
    onHead: (told) => {
      head = told;
    },
    onData: (chunk) => void chunks.push(chunk),
    onEnd: () => {},
    onFailure: () => {
      hasFailed = true;
    },
  };
  const sink = shape.fromCloud?.(inner, () => {}) ?? inner;
  const { status = 0, headers } = response;
  sink.onHead({ status, reason: "", headers }, { pause: () => {}, resume: () => {} });
  for (const piece of pieces) sink.onData(piece);
  sink.onEnd();
  return { head, body: Buffer.concat(chunks), hasFailed };
}

/** The server-sent events of a body. */
export function eventsOf(body: Buffer): readonly ServerSentEvent[] {
  const events: ServerSentEvent[] = [];
  const splitter = new SseSplitter(
    (text, from, end) => {
      const event = parseEvent(text.slice(from, end));
      if (event !== undefined) events.push(event);
    },
    32 * 2 ** 20,
  );
  splitter.push(body);
  splitter.finish();
  return events;
}
