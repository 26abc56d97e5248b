import { allValues } from "../../base/header-list.ts";
import { type BetaRefusal, readBetaRefusal } from "../../upstream/dialects/anthropic/index.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  Send,
  TransportFailure,
  UpstreamCall,
  UpstreamRequest,
} from "../../upstream/transport/contract.ts";
import type { CallLog } from "../hub/call-log.ts";
import { type AskedBetas, alsoWithout, type LeftOut, namesOf } from "./left-out.ts";

/** A request that may be refused for its betas. */
export interface Refusable {
  readonly dialect: BoundDialect;
  readonly asked: AskedBetas;
  /** Known before it was sent. */
  readonly leftOut: LeftOut;
  readonly write: (leftOut: LeftOut) => UpstreamRequest;
  readonly calls: CallLog;
  /** What was left out in the end, and helped. */
  readonly learn: (leftOut: LeftOut) => void;
}

/** A server may name a beta, and then what it brought; more refusals than these are not about betas. */
const MAX_REPETITIONS = 2;
/** Errors are a sentence; what is longer goes on to whoever asked. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Sends a request anew without the betas, and what they bring, that its upstream refuses; the client sees the last answer alone. */
export function repeating(refusable: Refusable, send: Send): Send {
  const logged = refusable.calls.through(send);
  return (request, sink) => new Repeating(refusable, logged, sink).start(request);
}

class Repeating implements ResponseSink, UpstreamCall {
  readonly #refusable: Refusable;
  readonly #send: Send;
  readonly #inner: ResponseSink;
  #call: UpstreamCall | undefined;
  #leftOut: LeftOut;
  #repeated = 0;
  #held: { readonly head: ResponseHead; readonly flow: Flow } | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(refusable: Refusable, send: Send, inner: ResponseSink) {
    this.#refusable = refusable;
    this.#send = send;
    this.#inner = inner;
    this.#leftOut = refusable.leftOut;
  }

  start(request: UpstreamRequest): UpstreamCall {
    this.#call = this.#send(request, this);
    return this;
  }

  abort(): void {
    this.#call?.abort();
  }

  onHead(head: ResponseHead, flow: Flow): void {
    const isPlain = allValues(head.headers, "content-encoding").every(
      (each) => each === "identity",
    );
    if (head.status === 400 && isPlain && this.#repeated < MAX_REPETITIONS) {
      this.#held = { head, flow };
      return;
    }
    if (head.status < 300 && this.#repeated > 0) this.#refusable.learn(this.#leftOut);
    this.#tell(head, flow);
  }

  onData(chunk: Buffer): void {
    if (this.#held === undefined) {
      this.#inner.onData(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_KEPT_BYTES) this.#letGo();
  }

  onEnd(): void {
    const without = this.#held === undefined ? undefined : this.#without();
    if (without === undefined) {
      this.#letGo();
      this.#inner.onEnd();
      return;
    }
    this.#held = undefined;
    this.#chunks = [];
    this.#bytes = 0;
    this.#leftOut = without;
    this.#repeated += 1;
    this.#refusable.calls.repeat();
    this.#call = this.#send(this.#refusable.write(without), this);
  }

  onFailure(failure: TransportFailure): void {
    this.#letGo();
    this.#inner.onFailure(failure);
  }

  #without(): LeftOut | undefined {
    const refusal = this.#refusal();
    const { asked, dialect } = this.#refusable;
    if (refusal === undefined) return undefined;
    return alsoWithout(this.#leftOut, refusal, asked, dialect.betas?.taken ?? []);
  }

  #refusal(): BetaRefusal | undefined {
    const { asked, dialect } = this.#refusable;
    const body = Buffer.concat(this.#chunks);
    const { message } = dialect.readError(400, this.#held?.head.headers ?? [], body);
    const sent = asked.betas.filter((beta) => !this.#leftOut.betas.includes(beta));
    return readBetaRefusal(message, sent);
  }

  #letGo(): void {
    if (this.#held === undefined) return;
    const { head, flow } = this.#held;
    this.#held = undefined;
    this.#tell(head, flow);
    for (const chunk of this.#chunks) this.#inner.onData(chunk);
    this.#chunks = [];
  }

  #tell(head: ResponseHead, flow: Flow): void {
    const lossy = namesOf(this.#leftOut);
    this.#inner.onHead(lossy.length === 0 ? head : { ...head, lossy }, flow);
  }
}
