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
import type { SearchLoop } from "./search/loop.ts";

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
  /** Runs the searches that the model asks for; undefined: it is offered none. */
  readonly searches?: SearchLoop | undefined;
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
  readonly #dialect: BoundDialect;
  readonly #rounds: SearchLoop["rounds"] | undefined;
  readonly #sealer: StreamSealer | undefined;
  readonly #observer: EventObserver;
  readonly #writer: ReturnType<CanonicalClient["openWriter"]>;
  #reader: ReturnType<BoundDialect["openStream"]>;
  #splitter: SseSplitter;
  #text = "";
  #failure: StreamFailure | undefined;
  #isEnded = false;

  constructor(translation: AnswerTranslation) {
    const { dialect, context, client, facts, sealing, observer, searches } = translation;
    this.#dialect = dialect;
    this.#rounds = searches?.rounds;
    this.#sealer = sealing === undefined ? undefined : new StreamSealer(sealing);
    this.#observer = observer;
    this.#writer = client.openWriter(facts);
    this.#reader = dialect.openStream(context);
    this.#splitter = this.#openSplitter();
  }

  /** The next answer of the upstream goes on in the same stream. */
  begin(context: AnswerContext): void {
    this.#reader = this.#dialect.openStream(context);
    this.#splitter = this.#openSplitter();
  }

  push(chunk: Buffer): Translated {
    this.#splitter.push(chunk);
    return this.#take();
  }

  finish(): Translated {
    this.#splitter.finish();
    this.#read(this.#reader.end());
    return this.#take();
  }

  /** Events of an upstream that told its answer whole. */
  read(events: readonly StreamEvent[]): Translated {
    this.#read(events);
    return this.#take();
  }

  /** Events that no upstream told. */
  say(events: readonly StreamEvent[]): Translated {
    this.#write(events);
    return this.#take();
  }

  #openSplitter(): SseSplitter {
    return new SseSplitter(
      (text, from, end) => this.#onEvent(text.slice(from, end)),
      MAX_EVENT_BYTES,
    );
  }

  #onEvent(latin1: string): void {
    const event = parseEvent(latin1);
    if (event !== undefined) this.#read(this.#reader.push(event));
  }

  #read(events: readonly StreamEvent[]): void {
    const rounds = this.#rounds;
    this.#write(rounds === undefined ? events : events.flatMap((event) => rounds.push(event)));
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
