import { allValues } from "../../base/header-list.ts";
import { isObject, parseJson } from "../../base/json.ts";
import type { AnswerContext, StreamEvent, UpstreamError } from "../../canonical/index.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import { parseEvent } from "../../upstream/sse/parse-event.ts";
import { SseSplitter } from "../../upstream/sse/splitter.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";

/** What the beginning of an answer tells: nothing yet, that there is content, or that it failed although its status is 200. */
export type Glimpse = "nothing" | "content" | Failure;

/** Looks at an answer that is held until it is known whether there is one; changes nothing. */
export interface FirstContent {
  push(chunk: Buffer): Glimpse;
  /** The answer is over; `whole` is all of it. */
  end(whole: Buffer): Glimpse;
}

const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };
/** More than an answer is held for. */
const MAX_BYTES = 512 * 1024;

/** For an answer that passes through; undefined where it is packed, and cannot be looked at on its way. */
export function firstContentOf(
  dialect: BoundDialect,
  head: ResponseHead,
): FirstContent | undefined {
  if (allValues(head.headers, "content-encoding").some((coding) => coding !== "identity")) {
    return undefined;
  }
  const type = allValues(head.headers, "content-type").join().toLowerCase();
  return type.includes("event-stream") ? new FirstEvents(dialect) : new WholeBody(dialect);
}

class FirstEvents implements FirstContent {
  readonly #reader: ReturnType<BoundDialect["openStream"]>;
  readonly #splitter: SseSplitter;
  #seen: Glimpse = "nothing";

  constructor(dialect: BoundDialect) {
    this.#reader = dialect.openStream(NO_CONTEXT);
    this.#splitter = new SseSplitter((text, from, end) => {
      const event = parseEvent(text.slice(from, end));
      if (event !== undefined) this.#note(this.#reader.push(event));
    });
  }

  push(chunk: Buffer): Glimpse {
    this.#splitter.push(chunk);
    return this.#seen;
  }

  end(): Glimpse {
    this.#splitter.finish();
    if (this.#seen === "nothing") this.#note(this.#reader.end());
    return this.#seen;
  }

  #note(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (this.#seen === "nothing") this.#seen = glimpseOf(event);
    }
  }
}

class WholeBody implements FirstContent {
  readonly #dialect: BoundDialect;

  constructor(dialect: BoundDialect) {
    this.#dialect = dialect;
  }

  push(): Glimpse {
    return "nothing";
  }

  end(whole: Buffer): Glimpse {
    const parsed = parseJson(whole, { maxBytes: MAX_BYTES });
    if (!parsed.ok || !isObject(parsed.value)) return { kind: "malformed" };
    const { error, type } = parsed.value;
    const isError = isObject(error) || typeof error === "string" || type === "error";
    if (!isError) return "content";
    const read = this.#dialect.readMessage(parsed.value, NO_CONTEXT);
    return read.ok ? "content" : failureOf(read.error);
  }
}

/** What one event of the canonical form tells. */
export function glimpseOf(event: StreamEvent): Glimpse {
  if (event.type === "start") return "nothing";
  return event.type === "error" ? failureOf(event.error) : "content";
}

export function failureOf({ kind, retryAfterMs }: UpstreamError): Failure {
  return { kind, retryAfterMs };
}
