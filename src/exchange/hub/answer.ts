import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { allValues } from "../../base/header-list.ts";
import { isObject } from "../../base/json.ts";
import {
  type AnswerContext,
  collectMessage,
  type Message,
  messageEvents,
  parseExact,
  type StreamEvent,
  sealMessage,
  type UpstreamError,
  type UpstreamErrorKind,
} from "../../canonical/index.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  Send,
  TransportFailure,
  UpstreamCall,
  UpstreamRequest,
} from "../../upstream/transport/contract.ts";
import { maskText } from "../mask-secret.ts";
import { upstreamIdOf } from "../upstream-id.ts";
import type { SearchLoop } from "./search/loop.ts";
import { type AnswerTranslation, StreamTranslator, type Translated } from "./stream.ts";

/** An error is not longer. */
const MAX_ERROR_BYTES = 256 * 1024;
const MAX_ANSWER_BYTES = 64 * 2 ** 20;
/** A client takes a silence for a dead connection; the API itself speaks every few seconds (design R6). */
const PING_AFTER_MS = 10_000;
const EVENT_STREAM = "text/event-stream; charset=utf-8";

/**
 * Stands between an upstream of another dialect and the exchange, which sees an answer in the client's own dialect.
 *
 * Nothing is told of an answer until something of it is there to show: an error that comes inside of a 200 is an error.
 */
export class TranslatedAnswer implements ResponseSink, UpstreamCall, Flow {
  readonly #inner: ResponseSink;
  readonly #translation: AnswerTranslation;
  readonly #send: Send;
  #call: UpstreamCall | undefined;
  #context: AnswerContext;
  #head: ResponseHead | undefined;
  #flow: Flow | undefined;
  #stream: StreamTranslator | undefined;
  /** The upstream tells its answer in events. */
  #isEvents = false;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #isTold = false;
  #hasSaidWhy = false;
  #isOver = false;
  #isPaused = false;
  /** Between two answers of the upstream, while searches run. */
  #isBetween = false;
  /** What the upstream has told so far, for a client that is told it whole. */
  readonly #told: StreamEvent[] = [];
  /** Of the searches that run; ending one costs more than translating twenty events. */
  #leaving: AbortController | undefined;
  #pings: NodeJS.Timeout | undefined;

  constructor(inner: ResponseSink, translation: AnswerTranslation, send: Send) {
    this.#inner = inner;
    this.#translation = translation;
    this.#context = translation.context;
    this.#send = send;
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

  /** Whether an error may still be said: it is written in whole events, of which an error is the last. */
  get atBoundary(): boolean {
    return !this.#hasSaidWhy;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    this.#head = head;
    this.#flow = flow;
    if (this.#isPaused) flow.pause();
    if (head.status >= 300 && head.status < 400) {
      this.#isOver = true;
      this.#inner.onHead(head, flow);
      return;
    }
    const { isStream } = this.#translation;
    if (head.status >= 300 || !isEventStream(head)) return;
    if (!isStream) return;
    this.#stream ??= new StreamTranslator(this.#translation);
    this.#isEvents = true;
    this.#pings ??= setInterval(() => this.#tell(this.#translation.client.ping), PING_AFTER_MS);
  }

  onData(chunk: Buffer): void {
    if (this.#isOver || this.#isBetween) return;
    if (this.#stream !== undefined && this.#isEvents) this.#follow(this.#stream.push(chunk));
    else this.#collect(chunk);
  }

  onEnd(): void {
    if (this.#isOver || this.#isBetween) return;
    if (this.#stream !== undefined && this.#isEvents) {
      this.#follow(this.#stream.finish());
      // A reader tells of an end or of an error; the stream is over in either case.
      if (this.#isOver || this.#isBetween) return;
      if (this.#isTold) this.#break(FAILED_WITHIN);
      else this.#fail(BROKEN_OFF);
      return;
    }
    const { status, headers } = this.#head ?? NO_HEAD;
    const body = Buffer.concat(this.#chunks);
    if (status >= 300) this.#fail(this.#translation.dialect.readError(status, headers, body));
    else this.#tellWhole(body);
  }

  onFailure(failure: TransportFailure): void {
    if (this.#isOver || this.#isBetween) return;
    this.#close();
    this.#inner.onFailure(failure);
  }

  #collect(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const isError = (this.#head?.status ?? 0) >= 300;
    if (this.#bytes <= (isError ? MAX_ERROR_BYTES : MAX_ANSWER_BYTES)) this.#chunks.push(chunk);
    else if (!isError) this.#break(TOO_LARGE);
  }

  #follow({ text, failure, isEnded }: Translated): void {
    if (failure !== undefined) {
      if (this.#isTold) this.#failWithin(text + failure.text);
      else this.#fail(failure.error);
      return;
    }
    if (text !== "") this.#tell(text);
    if (isEnded) this.#end();
    this.#pings?.refresh();
    this.#searchWhereAsked();
  }

  #tellWhole(body: Buffer): void {
    const { dialect, isStream, searches } = this.#translation;
    const value = parseExact(body.toString("utf8"), { maxBytes: MAX_ANSWER_BYTES });
    if (!isObject(value)) {
      this.#break(NOT_READABLE);
      return;
    }
    const read = dialect.readMessage(value, this.#context);
    if (!read.ok) {
      this.#fail(read.error);
      return;
    }
    const events = messageEvents(read.value);
    if (isStream) {
      this.#stream ??= new StreamTranslator(this.#translation);
      this.#follow(this.#stream.read(events));
    } else if (searches === undefined) {
      this.#showWhole(read.value);
    } else {
      this.#gather(events.flatMap((event) => searches.rounds.push(event)));
      this.#searchWhereAsked();
    }
  }

  /** Of an answer in several rounds, which is whole once its end is there. */
  #gather(events: readonly StreamEvent[]): void {
    this.#told.push(...events);
    if (events.at(-1)?.type !== "end") return;
    const message = collectMessage(this.#told);
    if (message.ok) this.#showWhole(message.value);
  }

  #showWhole(read: Message): void {
    const { client, facts, sealing, observer } = this.#translation;
    const message = sealing === undefined ? read : sealMessage(read, sealing);
    for (const event of messageEvents(message)) observer.push(event);
    const text = Buffer.from(client.writeMessage(message, facts));
    const length = String(text.length);
    this.#showHead(200, ["content-type", "application/json", "content-length", length]);
    this.#inner.onData(text);
    this.#end();
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
    if (this.#stream === undefined) this.#gather(events);
    else this.#follow(this.#stream.say(events));
    if (error !== undefined) this.#break(error);
    if (request === undefined || context === undefined) return;
    this.#context = context;
    this.#stream?.begin(context);
    this.#flow = undefined;
    this.#chunks = [];
    this.#bytes = 0;
    this.#isEvents = false;
    this.#isBetween = false;
    this.#call = this.#send(request, this);
  }

  #tell(text: string): void {
    const { streamType = EVENT_STREAM } = this.#translation.client;
    this.#showHead(200, ["content-type", streamType, "cache-control", "no-cache"]);
    this.#inner.onData(Buffer.from(text));
  }

  /** In the middle of an answer: clients wait, compact or give up by what the error is. */
  #failWithin(text: string): void {
    const { storedKey } = this.#translation;
    this.#tell(storedKey === undefined ? text : maskText(text, storedKey));
    this.#hasSaidWhy = true;
    this.#break(FAILED_WITHIN);
  }

  /** As an answer of its own while nothing was shown; within a stream that has begun, as its end. */
  #fail(error: UpstreamError): void {
    if (this.#isTold && this.#stream !== undefined) {
      this.#follow(this.#stream.say([{ type: "error", error }]));
      return;
    }
    if (this.#isTold || this.#told.length > 0) {
      this.#break(FAILED_WITHIN);
      return;
    }
    const { client, facts, storedKey } = this.#translation;
    const { status, headers, body } = client.writeError(error, facts);
    const bytes = Buffer.from(body);
    const refusal = storedKey === undefined ? undefined : CREDENTIAL_REFUSALS[error.kind];
    this.#showHead(refusal ?? status, [...headers, "content-length", String(bytes.length)]);
    this.#inner.onData(bytes);
    this.#end();
  }

  #break(error: GatewayError): void {
    this.#close();
    this.#inner.onFailure({ error, beforeResponse: false, onReusedConnection: false });
    this.#call?.abort();
  }

  #showHead(status: number, fields: readonly string[]): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const { lossy } = this.#translation;
    const upstreamId = upstreamIdOf(this.#head?.headers ?? []);
    // An error's own writer says which request it was.
    const isNamed = upstreamId === undefined || status >= 400;
    const headers = isNamed
      ? fields
      : [...fields, "request-id", upstreamId, "x-request-id", upstreamId];
    this.#inner.onHead({ status, reason: "", headers, lossy, upstreamId }, this);
  }

  #end(): void {
    this.#close();
    this.#inner.onEnd();
  }

  #close(): void {
    this.#isOver = true;
    this.#leaving?.abort();
    clearInterval(this.#pings);
  }
}

export function isEventStream({ headers }: ResponseHead): boolean {
  return allValues(headers, "content-type").join().toLowerCase().includes("event-stream");
}

/** By these the attempt loop knows that a stored key was refused, and nobody sees the answer itself. */
const CREDENTIAL_REFUSALS: Partial<Readonly<Record<UpstreamErrorKind, number>>> = {
  authentication: 401,
  permission: 403,
};
const NO_HEAD: ResponseHead = { status: 502, reason: "", headers: [] };
const BROKEN_OFF: UpstreamError = {
  kind: "server",
  message: "The upstream's stream broke off before its end",
};
const FAILED_WITHIN = gatewayError(
  "upstream_failed",
  "The upstream failed in the middle of its answer",
);
const TOO_LARGE = gatewayError("upstream_malformed", "The upstream's answer is larger than 64 MB");
const NOT_READABLE = gatewayError(
  "upstream_malformed",
  "The upstream's answer is not the JSON that its dialect has",
);
