import type { Secret } from "../../base/secret.ts";
import {
  type AnswerContext,
  type Sealing,
  type StreamEvent,
  StreamSealer,
  type UpstreamError,
} from "../../canonical/index.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type { EventObserver } from "../../upstream/dialects/observe-events.ts";
import { parseEvent } from "../../upstream/sse/parse-event.ts";
import { SseSplitter } from "../../upstream/sse/splitter.ts";
import type { AnswerFacts, CanonicalClient } from "../dialect.ts";

/** What an answer of another dialect is read and written with. */
export interface AnswerTranslation {
  readonly dialect: BoundDialect;
  readonly context: AnswerContext;
  readonly client: CanonicalClient;
  readonly facts: AnswerFacts;
  /** Undefined: the answer's thinking goes as it is. */
  readonly sealing: Sealing | undefined;
  /** Reads what metering needs to know. */
  readonly observer: EventObserver;
  /** The client asked for a stream. */
  readonly isStream: boolean;
  /** What of the request could not be said. */
  readonly lossy: readonly string[];
  /** The attempt carries it: nobody is shown it, nor that it is refused. */
  readonly storedKey: Secret | undefined;
}

/** One dialect ends its stream with an event that repeats the whole answer. */
const MAX_EVENT_BYTES = 32 * 2 ** 20;

/** What some bytes of an upstream have become. */
export interface Translated {
  /** Up to the error, where there is one. */
  readonly text: string;
  readonly failure?: StreamFailure;
  readonly isEnded: boolean;
}

/** An upstream's failure in its stream, and how the client's dialect says it there. */
export interface StreamFailure {
  readonly error: UpstreamError;
  readonly text: string;
}

/** The bytes of an upstream's stream into the text of the client's. */
export class StreamTranslator {
  readonly #splitter: SseSplitter;
  readonly #sealer: StreamSealer | undefined;
  readonly #observer: EventObserver;
  readonly #writer: ReturnType<CanonicalClient["openWriter"]>;
  readonly #reader: ReturnType<BoundDialect["openStream"]>;
  #text = "";
  #failure: StreamFailure | undefined;
  #isEnded = false;

  constructor({ dialect, context, client, facts, sealing, observer }: AnswerTranslation) {
    this.#reader = dialect.openStream(context);
    this.#sealer = sealing === undefined ? undefined : new StreamSealer(sealing);
    this.#observer = observer;
    this.#writer = client.openWriter(facts);
    this.#splitter = new SseSplitter(
      (text, from, end) => this.#onEvent(text.slice(from, end)),
      MAX_EVENT_BYTES,
    );
  }

  push(chunk: Buffer): Translated {
    this.#splitter.push(chunk);
    return this.#take();
  }

  finish(): Translated {
    this.#splitter.finish();
    this.#write(this.#reader.end());
    return this.#take();
  }

  #onEvent(latin1: string): void {
    const event = parseEvent(latin1);
    if (event !== undefined) this.#write(this.#reader.push(event));
  }

  #write(events: readonly StreamEvent[]): void {
    for (const event of events) {
      if (this.#failure !== undefined || this.#isEnded) return;
      this.#observer.push(event);
      if (event.type === "error") {
        this.#failure = { error: event.error, text: this.#writer.push(event) };
      } else {
        for (const sealed of this.#sealer?.push(event) ?? [event])
          this.#text += this.#writer.push(sealed);
        this.#isEnded = event.type === "end";
      }
    }
  }

  #take(): Translated {
    const text = this.#text;
    this.#text = "";
    const failure = this.#failure === undefined ? {} : { failure: this.#failure };
    return { text, ...failure, isEnded: this.#isEnded };
  }
}
