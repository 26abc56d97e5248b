/** What was seen of one answer beside the bytes that went to the client; the input of metering. */
export interface Observation {
  /** The model that answered: after a server-side fallback the one that took over. */
  readonly servedModel?: string | undefined;
  readonly messageId?: string | undefined;
  readonly stopReason?: string | undefined;
  /** The provider's usage as received; in a stream the events' usage objects merged, later values over earlier ones. */
  readonly usage?: Readonly<Record<string, unknown>> | undefined;
  /** True when the usage is final: from a whole JSON answer, or from a stream's last `message_delta`. */
  readonly usageComplete: boolean;
  /** UTF-8 bytes of text, thinking and tool input that a stream delivered; the base of an estimate (design R15). */
  readonly deliveredTextBytes: number;
  /** A stream's `message_start`, or a JSON answer that is a message. */
  readonly sawMessageStart: boolean;
  /** A stream's `message_stop`, or a JSON answer that is a message. */
  readonly sawMessageStop: boolean;
  /** `overloaded_error` and the like, from an error body or from an `error` event after a 200. */
  readonly errorType?: string | undefined;
  /** The answer of `count_tokens`. */
  readonly inputTokensCounted?: number | undefined;
  /** Events that were too large or not readable. */
  readonly skippedEvents: number;
  /** The tap gave up: a bug in it, or an answer beyond its limits. The bytes to the client were not affected. */
  readonly failed: boolean;
}

/** Reads an answer beside its way to the client: sees every chunk, changes and delays none. */
export interface Tap {
  /** Never throws, never waits. The chunk is only read, and may be kept. */
  push(chunk: Uint8Array): void;
  /** True when an SSE event appended now would be an event of its own; always false for what is not plain SSE. */
  readonly atBoundary: boolean;
  /** To be called once, whatever happened; releases what the tap holds. */
  finish(): Observation | Promise<Observation>;
}

/** An answer of which nothing is known. */
export const NOTHING_OBSERVED: Observation = {
  usageComplete: false,
  deliveredTextBytes: 0,
  sawMessageStart: false,
  sawMessageStop: false,
  skippedEvents: 0,
  failed: false,
};

/** A model, id or reason is longer than this only when something is wrong. */
const MAX_TEXT = 256;

export function shortText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.slice(0, MAX_TEXT) : undefined;
}
