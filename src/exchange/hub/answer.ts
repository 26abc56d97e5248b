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
  readonly #teller: Teller;
  #call: UpstreamCall | undefined;
  #context: AnswerContext;
  #flow: Flow | undefined;
  #reader: AnswerReader | undefined;
  #isOver = false;
  #isPaused = false;
  /** Between two answers of the upstream, while searches run. */
  #isBetween = false;
  /** Of the searches that run; ending one costs more than translating twenty events. */
  #leaving: AbortController | undefined;

  constructor(inner: ResponseSink, translation: AnswerTranslation, send: Send) {
    this.#inner = inner;
    this.#translation = translation;
    this.#context = translation.context;
    this.#send = translation.calls.through(send);
    this.#shown = new ShownAnswer(inner, translation, this);
    this.#teller = translation.isStream
      ? new StreamTeller(translation)
      : new WholeTeller(translation);
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
    if (failure !== undefined && !this.#shown.isBegun && !this.#teller.holdsBack) {
      this.#close();
      this.#shown.error(failure.error);
      return;
    }
    const said = text + (failure?.text ?? "");
    if (failure !== undefined) {
      if (said !== "") this.#shown.lastWords(said, this.#teller.fields(said));
      this.#break(FAILED_WITHIN);
      return;
    }
    if (said !== "") this.#shown.text(said, this.#teller.fields(said));
    if (!isEnded) return;
    this.#close();
    this.#shown.end();
  }

  #searchWhereAsked(): void {
    const { searches } = this.#translation;
    if (searches?.rounds.waiting === undefined || this.#isOver) return;
    this.#isBetween = true;
    this.#goOn(searches).catch((cause: unknown) => {
      this.#break(gatewayError("internal", "A search could not be run", { cause }));
    });
  }

  /** Has the searches run that the model asked for, and sends it what was found. */
  async #goOn(searches: SearchLoop): Promise<void> {
    this.#leaving = new AbortController();
    const next = await searches.next(this.#leaving.signal);
    if (this.#isOver) return;
    const { events, request, context, error } = next;
    const { used, expected } = searches.rounds;
    this.#translation.observer.expect(request === undefined ? used : expected);
    this.#tell({ events });
    if (error !== undefined) this.#break(error);
    if (request === undefined || context === undefined) return;
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

const BROKEN_OFF: UpstreamError = {
  kind: "server",
  message: "The upstream's stream broke off before its end",
};
const FAILED_WITHIN = gatewayError(
  "upstream_failed",
  "The upstream failed in the middle of its answer",
);
