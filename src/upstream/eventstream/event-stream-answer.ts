import { gatewayError } from "../../base/errors.ts";
import { firstValue, type HeaderList } from "../../base/header-list.ts";
import type { Flow, ResponseHead, ResponseSink, TransportFailure } from "../transport/contract.ts";
import { type RewriteWhole, RewrittenWhole } from "../transport/rewritten-whole.ts";
import type { EventFrame } from "./frame.ts";
import { FrameSplitter } from "./frame-splitter.ts";

/** How the answers of a cloud that speaks in event streams become a dialect's own. Pure. */
export interface EventStreamReading {
  /** The text of a message as server-sent events; undefined: it is none that tells anything. */
  toEvents(frame: EventFrame): string | undefined;
  /** An answer that is no stream: an error, or one that was not asked for in parts. */
  readonly toWhole: RewriteWhole;
}

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

/** Re-frames an answer on its way: the messages of an AWS event stream become server-sent events. */
export class EventStreamAnswer implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #whole: RewrittenWhole;
  readonly #reading: EventStreamReading;
  readonly #abort: () => void;
  #splitter: FrameSplitter | undefined;
  #isOver = false;

  constructor(inner: ResponseSink, reading: EventStreamReading, abort: () => void) {
    this.#inner = inner;
    this.#whole = new RewrittenWhole(inner, reading.toWhole);
    this.#reading = reading;
    this.#abort = abort;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    if (!isEventStream(head)) {
      this.#whole.onHead(head, flow);
      return;
    }
    this.#splitter = new FrameSplitter();
    const headers = without(head.headers, "content-type", "content-length");
    const type = ["content-type", "text/event-stream; charset=utf-8"];
    this.#inner.onHead({ ...head, headers: [...headers, ...type] }, flow);
  }

  onData(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#splitter === undefined) this.#whole.onData(chunk);
    else this.#reframe(this.#splitter, chunk);
  }

  onEnd(): void {
    if (this.#isOver) return;
    if (this.#splitter?.atBoundary === false) {
      this.#break("it ended within a message");
      return;
    }
    this.#isOver = true;
    if (this.#splitter === undefined) this.#whole.onEnd();
    else this.#inner.onEnd();
  }

  onFailure(failure: TransportFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inner.onFailure(failure);
  }

  #reframe(splitter: FrameSplitter, chunk: Buffer): void {
    const frames = splitter.push(chunk);
    if (!frames.ok) {
      this.#break(frames.error);
      return;
    }
    const text = frames.value.map((frame) => this.#reading.toEvents(frame) ?? "").join("");
    if (text !== "") this.#inner.onData(Buffer.from(text));
  }

  #break(why: string): void {
    this.#isOver = true;
    this.#inner.onFailure({
      error: gatewayError(
        "upstream_malformed",
        `The upstream's event stream cannot be read: ${why}`,
      ),
      beforeResponse: false,
      onReusedConnection: false,
    });
    this.#abort();
  }
}

function isEventStream({ status, headers }: ResponseHead): boolean {
  return (
    status === 200 && firstValue(headers, "content-type")?.startsWith(EVENT_STREAM_TYPE) === true
  );
}

function without(headers: HeaderList, ...names: readonly string[]): HeaderList {
  return headers.filter((_, at) => !names.includes((headers[at - (at % 2)] ?? "").toLowerCase()));
}
