import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
} from "../../upstream/transport/contract.ts";
import { isEventStream } from "../hub/answer-reader.ts";
import type { Prepared } from "../hub/prepare.ts";

/** A client takes a silence for a dead connection; the API itself speaks every few seconds (design R6). */
const PING_AFTER_MS = 10_000;

/** An answer that comes in whole events, with the client's ping between them while the upstream is silent. */
export function pinged(prepared: Prepared, ping: string): Prepared {
  return {
    ...prepared,
    open: (inner, send) => {
      const answer = new PingedAnswer(inner, Buffer.from(ping));
      const call = prepared.open(answer, send);
      return {
        abort: () => {
          answer.stop();
          call.abort();
        },
      };
    },
  };
}

class PingedAnswer implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #ping: Buffer;
  #timer: NodeJS.Timeout | undefined;

  constructor(inner: ResponseSink, ping: Buffer) {
    this.#inner = inner;
    this.#ping = ping;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  onHead(head: ResponseHead, flow: Flow): void {
    if (isEventStream(head)) {
      this.#timer = setInterval(() => this.#inner.onData(this.#ping), PING_AFTER_MS);
    }
    this.#inner.onHead(head, flow);
  }

  onData(chunk: Buffer): void {
    this.#timer?.refresh();
    this.#inner.onData(chunk);
  }

  onEnd(): void {
    this.stop();
    this.#inner.onEnd();
  }

  onFailure(failure: TransportFailure): void {
    this.stop();
    this.#inner.onFailure(failure);
  }
}
