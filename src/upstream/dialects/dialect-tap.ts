import { isObject, parseJson } from "../../base/json.ts";
import type { AnswerContext, StreamEvent } from "../../canonical/index.ts";
import { messageEvents } from "../../canonical/index.ts";
import { parseEvent } from "../sse/parse-event.ts";
import { SseSplitter } from "../sse/splitter.ts";
import { NOTHING_OBSERVED, type Observation, type Tap } from "./anthropic/index.ts";
import type { BoundDialect } from "./bind.ts";
import { EventObserver } from "./observe-events.ts";

const NO_CONTEXT: AnswerContext = { toolNames: new Map(), callIds: new Set() };
const MAX_BODY_BYTES = 64 * 2 ** 20;
const MAX_EVENT_BYTES = 32 * 2 ** 20;

/** Reads an answer that passes through unchanged, in whatever dialect it is, beside its way to the client. */
export class DialectTap implements Tap {
  readonly #observer = new EventObserver();
  readonly #dialect: BoundDialect;
  readonly #stream:
    | { readonly splitter: SseSplitter; readonly reader: ReturnType<BoundDialect["openStream"]> }
    | undefined;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #hasFailed = false;

  constructor(dialect: BoundDialect, isStream: boolean) {
    this.#dialect = dialect;
    const reader = dialect.openStream(NO_CONTEXT);
    const onEvent = (text: string, from: number, end: number): void => {
      const event = parseEvent(text.slice(from, end));
      if (event !== undefined) this.#note(reader.push(event));
    };
    this.#stream = isStream
      ? { reader, splitter: new SseSplitter(onEvent, MAX_EVENT_BYTES) }
      : undefined;
  }

  get atBoundary(): boolean {
    return this.#stream?.splitter.atBoundary ?? false;
  }

  push(chunk: Uint8Array): void {
    if (this.#hasFailed) return;
    try {
      if (this.#stream !== undefined) this.#stream.splitter.push(chunk);
      else this.#keep(chunk);
    } catch {
      this.#hasFailed = true;
    }
  }

  finish(): Observation {
    try {
      if (this.#stream === undefined) this.#readWhole();
      else {
        this.#stream.splitter.finish();
        this.#note(this.#stream.reader.end());
      }
    } catch {
      this.#hasFailed = true;
    }
    return this.#hasFailed ? { ...NOTHING_OBSERVED, failed: true } : this.#observer.observation;
  }

  #keep(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hasFailed ||= this.#bytes > MAX_BODY_BYTES;
    this.#chunks.push(chunk);
  }

  #readWhole(): void {
    const body = parseJson(Buffer.concat(this.#chunks), { maxBytes: MAX_BODY_BYTES });
    if (!body.ok || !isObject(body.value)) return;
    const message = this.#dialect.readMessage(body.value, NO_CONTEXT);
    this.#note(
      message.ok ? messageEvents(message.value) : [{ type: "error", error: message.error }],
    );
  }

  #note(events: readonly StreamEvent[]): void {
    for (const event of events) this.#observer.push(event);
  }
}
