import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { Result } from "../../base/result.ts";
import type { AnswerContext, UpstreamError } from "../../canonical/index.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  Send,
  TransportFailure,
  UpstreamCall,
  UpstreamRequest,
} from "../../upstream/transport/contract.ts";
import type { Repetition } from "./amend/amendments.ts";
import {
  type AnswerReader,
  isEventStream,
  MAX_ANSWER_BYTES,
  openReader,
  type Reading,
} from "./answer-reader.ts";
import type { SearchLoop } from "./search/loop.ts";
import { ShownAnswer } from "./shown-answer.ts";
import { StreamTeller } from "./stream-teller.ts";
import type { Teller } from "./teller.ts";
import type { AnswerTranslation } from "./translation.ts";
import { WholeTeller } from "./whole-teller.ts";

/**
 * Stands between an upstream of another dialect and the exchange, which sees an answer in the client's own dialect, whole or
 * as a stream as the client asked for, however the upstream tells it.
 */
export class TranslatedAnswer implements ResponseSink, UpstreamCall, Flow {
  readonly #inner: ResponseSink;
  readonly #translation: AnswerTranslation;
  readonly #send: Send;
  readonly #shown: ShownAnswer;
  #teller: Teller;
  #call: UpstreamCall | undefined;
  #context: AnswerContext;
  #flow: Flow | undefined;
  #reader: AnswerReader | undefined;
  #isOver = false;
  #isPaused = false;
  /** Between two answers of the upstream. */
  #isBetween = false;
  /** Searches were run: what the upstream is asked is no longer the client's request alone. */
  #hasSearched = false;
  /** Of the searches that run; ending one costs more than translating twenty events. */
  #leaving: AbortController | undefined;

  constructor(inner: ResponseSink, translation: AnswerTranslation, send: Send) {
    this.#inner = inner;
    this.#translation = translation;
    this.#context = translation.context;
    this.#send = translation.calls.through(send);
    this.#shown = new ShownAnswer(inner, translation, this);
    this.#teller = openTeller(translation);
  }

  /** The call that the exchange has under way, from here to the end of the answer. */
  start(request: UpstreamRequest): UpstreamCall {
    this.#call = this.#send(request, this);
    return this;
  }

  abort(): void {
    this.#close();
    this.#call?.abort();
  }

  pause(): void {
    this.#isPaused = true;
    this.#flow?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#flow?.resume();
  }

  get atBoundary(): boolean {
    return this.#shown.atBoundary;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    this.#flow = flow;
    if (this.#isPaused) flow.pause();
    if (head.status >= 300 && head.status < 400) {
      this.#close();
      this.#inner.onHead(head, flow);
      return;
    }
    const { dialect, isStream } = this.#translation;
    const maxBytes = isStream ? undefined : MAX_ANSWER_BYTES;
    this.#shown.from(head);
    this.#reader = openReader({ dialect, context: this.#context, maxBytes }, head);
    if (isStream && head.status < 300 && isEventStream(head))
      this.#shown.keepAlive(this.#teller.fields(""));
  }

  onData(chunk: Buffer): void {
    if (this.#isOver || this.#isBetween) return;
    this.#read(this.#reader?.push(chunk));
  }

  onEnd(): void {
    if (this.#isOver || this.#isBetween) return;
    this.#read(this.#reader?.end());
    // A reader tells of an end or of an error; the answer is over in either case.
    if (!this.#isOver && !this.#isBetween)
      this.#tell({ events: [{ type: "error", error: BROKEN_OFF }] });
  }

  onFailure(failure: TransportFailure): void {
    if (this.#isOver || this.#isBetween) return;
    this.#close();
    this.#shown.failed(failure);
  }

  #read(reading: Result<Reading, GatewayError> | undefined): void {
    if (reading === undefined) return;
    if (!reading.ok) {
      this.#break(reading.error);
      return;
    }
    const rounds = this.#translation.searches?.rounds;
    if (rounds === undefined) {
      this.#tell(reading.value);
      return;
    }
    this.#tell({ events: reading.value.events.flatMap((event) => rounds.push(event)) });
    this.#searchWhereAsked();
  }

  #tell(reading: Reading): void {
    const { text, failure, isEnded } = this.#teller.tell(reading);
    const said = text + (failure?.text ?? "");
    if (failure !== undefined) {
      this.#fail(failure.error, said);
      return;
    }
    if (said !== "") {
      this.#translation.amendments?.settle();
      this.#shown.text(said, this.#teller.fields(said));
    }
    if (!isEnded) return;
    this.#close();
    this.#shown.end();
  }

  /** Another request may be answered, as long as nothing was shown. */
  #fail(error: UpstreamError, said: string): void {
    const mayRepeat = !this.#shown.isBegun && !this.#hasSearched;
    const repetition = mayRepeat ? this.#translation.amendments?.next(error) : undefined;
    if (repetition === undefined) {
      this.#failAtLast(error, said);
      return;
    }
    const repeated = this.#repeat(repetition, { error, said });
    this.#between(repeated, "A request could not be repeated");
  }

  #failAtLast(error: UpstreamError, said: string): void {
    if (error.remedy?.by === "again") this.#translation.observer.restart(error.remedy);
    if (!this.#shown.isBegun && !this.#teller.holdsBack) {
      this.#close();
      this.#shown.error(error);
      return;
    }
    if (said !== "") this.#shown.lastWords(said, this.#teller.fields(said));
    this.#break(FAILED_WITHIN);
  }

  /** Asks anew in the place of a call that was not answered; it fails after all where there is no money for that. */
  async #repeat({ request, context, paid }: Repetition, failed: Failed): Promise<void> {
    const { calls, observer, searches } = this.#translation;
    this.#isBetween = true;
    const admitted = await paid?.admit();
    if (this.#isOver) return;
    if (admitted?.ok === false) {
      this.#failAtLast(failed.error, failed.said);
      return;
    }
    calls.repeat();
    observer.restart(paid);
    searches?.rounds.restart();
    this.#teller = openTeller(this.#translation);
    this.#sendNext(request, context);
  }

  #searchWhereAsked(): void {
    const { searches } = this.#translation;
    if (searches?.rounds.waiting === undefined || this.#isOver) return;
    this.#between(this.#goOn(searches), "A search could not be run");
  }

  /** What the upstream still says is not heard until the next call. */
  #between(work: Promise<void>, failed: string): void {
    work.catch((cause: unknown) => this.#break(gatewayError("internal", failed, { cause })));
  }

  /** Has the searches run that the model asked for, and sends it what was found. */
  async #goOn(searches: SearchLoop): Promise<void> {
    this.#isBetween = true;
    this.#hasSearched = true;
    this.#leaving = new AbortController();
    const next = await searches.next(this.#leaving.signal);
    if (this.#isOver) return;
    const { events, request, context, error } = next;
    const { used, expected } = searches.rounds;
    this.#translation.observer.expect(request === undefined ? used : expected);
    this.#tell({ events });
    if (error !== undefined) this.#break(error);
    if (request === undefined || context === undefined) return;
    this.#sendNext(request, context);
  }

  #sendNext(request: UpstreamRequest, context: AnswerContext): void {
    this.#context = context;
    this.#flow = undefined;
    this.#reader = undefined;
    this.#isBetween = false;
    this.#call = this.#send(request, this);
  }

  #break(error: GatewayError): void {
    this.#close();
    this.#shown.break(error);
    this.#call?.abort();
  }

  #close(): void {
    this.#isOver = true;
    this.#leaving?.abort();
    this.#shown.close();
  }
}

/** An error, and the last words of a stream in which it is said. */
interface Failed {
  readonly error: UpstreamError;
  readonly said: string;
}

function openTeller(translation: AnswerTranslation): Teller {
  return translation.isStream ? new StreamTeller(translation) : new WholeTeller(translation);
}

const BROKEN_OFF: UpstreamError = {
  kind: "server",
  message: "The upstream's stream broke off before its end",
};
const FAILED_WITHIN = gatewayError(
  "upstream_failed",
  "The upstream failed in the middle of its answer",
);
