import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { allValues } from "../../base/header-list.ts";
import { isObject } from "../../base/json.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import {
  type AnswerContext,
  type Message,
  messageEvents,
  parseExact,
  type StreamEvent,
} from "../../canonical/index.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import { parseEvent } from "../../upstream/sse/parse-event.ts";
import { SseSplitter } from "../../upstream/sse/splitter.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";

/** An error is not longer. */
const MAX_ERROR_BYTES = 256 * 1024;
/** What is held whole. */
export const MAX_ANSWER_BYTES = 64 * 2 ** 20;
/** One dialect ends its stream with an event that repeats the whole answer. */
const MAX_EVENT_BYTES = 32 * 2 ** 20;

/** What some bytes of an upstream tell. */
export interface Reading {
  readonly events: readonly StreamEvent[];
  /** The same as a whole, where the upstream told it so: it may have members that no event has. */
  readonly message?: Message;
}

/** Reads one answer of an upstream. Fails where that is none of its dialect. */
export interface AnswerReader {
  push(chunk: Buffer): Result<Reading, GatewayError>;
  /** The bytes are over. */
  end(): Result<Reading, GatewayError>;
}

interface Reads {
  readonly dialect: BoundDialect;
  readonly context: AnswerContext;
  /** Undefined: what is told goes on at once, and may be as long as it likes. */
  readonly maxBytes: number | undefined;
}

/** By how the upstream answers, which need not be how it was asked. */
export function openReader(reads: Reads, head: ResponseHead): AnswerReader {
  if (head.status >= 300) return new ErrorReader(reads.dialect, head);
  return isEventStream(head) ? new EventReader(reads) : new WholeReader(reads);
}

export function isEventStream({ headers }: Pick<ResponseHead, "headers">): boolean {
  return allValues(headers, "content-type").join().toLowerCase().includes("event-stream");
}

class EventReader implements AnswerReader {
  readonly #reader: ReturnType<BoundDialect["openStream"]>;
  readonly #splitter: SseSplitter;
  readonly #maxBytes: number;
  #events: StreamEvent[] = [];
  #bytes = 0;

  constructor({ dialect, context, maxBytes = Number.POSITIVE_INFINITY }: Reads) {
    this.#maxBytes = maxBytes;
    this.#reader = dialect.openStream(context);
    this.#splitter = new SseSplitter(
      (text, from, end) => this.#onEvent(text.slice(from, end)),
      MAX_EVENT_BYTES,
    );
  }

  push(chunk: Buffer): Result<Reading, GatewayError> {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBytes) return fail(TOO_LARGE);
    this.#splitter.push(chunk);
    return this.#take();
  }

  end(): Result<Reading, GatewayError> {
    this.#splitter.finish();
    this.#events.push(...this.#reader.end());
    return this.#take();
  }

  #onEvent(latin1: string): void {
    const event = parseEvent(latin1);
    if (event !== undefined) this.#events.push(...this.#reader.push(event));
  }

  #take(): Result<Reading, GatewayError> {
    const events = this.#events;
    this.#events = [];
    return ok({ events });
  }
}

class WholeReader implements AnswerReader {
  readonly #reads: Reads;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  push(chunk: Buffer): Result<Reading, GatewayError> {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) return fail(TOO_LARGE);
    this.#chunks.push(chunk);
    return NOTHING_YET;
  }

  end(): Result<Reading, GatewayError> {
    const { dialect, context } = this.#reads;
    const text = Buffer.concat(this.#chunks).toString("utf8");
    const value = parseExact(text, { maxBytes: MAX_ANSWER_BYTES });
    if (!isObject(value)) return fail(NOT_READABLE);
    const read = dialect.readMessage(value, context);
    return ok(
      read.ok
        ? { events: messageEvents(read.value), message: read.value }
        : { events: [{ type: "error", error: read.error }] },
    );
  }
}

class ErrorReader implements AnswerReader {
  readonly #dialect: BoundDialect;
  readonly #head: ResponseHead;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(dialect: BoundDialect, head: ResponseHead) {
    this.#dialect = dialect;
    this.#head = head;
  }

  push(chunk: Buffer): Result<Reading, GatewayError> {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ERROR_BYTES) this.#chunks.push(chunk);
    return NOTHING_YET;
  }

  end(): Result<Reading, GatewayError> {
    const { status, headers } = this.#head;
    const error = this.#dialect.readError(status, headers, Buffer.concat(this.#chunks));
    return ok({ events: [{ type: "error", error }] });
  }
}

const NOTHING_YET: Result<Reading, GatewayError> = ok({ events: [] });
const TOO_LARGE = gatewayError("upstream_malformed", "The upstream's answer is larger than 64 MB");
const NOT_READABLE = gatewayError(
  "upstream_malformed",
  "The upstream's answer is not the JSON that its dialect has",
);
