import type { HeaderList } from "../../base/header-list.ts";
import type { Flow, ResponseHead, ResponseSink, TransportFailure } from "./contract.ts";

/** What takes the place of an answer. */
export interface RewrittenAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Beside those that the answer had. */
  readonly fields?: HeaderList;
}

/** Looks at a head; undefined: the answer goes as it is. So it does where the body, once it is there, is not rewritten either. */
export type RewriteWhole = (
  head: ResponseHead,
) => ((body: Buffer) => RewrittenAnswer | undefined) | undefined;

/** Errors are a sentence; what is longer is none, and passes. */
const MAX_BYTES = 256 * 1024;

/** Holds the answers that are rewritten until they are whole, and passes the others on as they come. */
export class RewrittenWhole implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #look: RewriteWhole;
  #held:
    | {
        readonly head: ResponseHead;
        readonly flow: Flow;
        readonly rewrite: (body: Buffer) => RewrittenAnswer | undefined;
      }
    | undefined;
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(inner: ResponseSink, look: RewriteWhole) {
    this.#inner = inner;
    this.#look = look;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    const rewrite = this.#look(head);
    if (rewrite === undefined) this.#inner.onHead(head, flow);
    else this.#held = { head, flow, rewrite };
  }

  onData(chunk: Buffer): void {
    if (this.#held === undefined) {
      this.#inner.onData(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_BYTES) this.#passOn(this.#held);
  }

  onEnd(): void {
    const held = this.#held;
    if (held !== undefined) {
      const rewritten = held.rewrite(Buffer.concat(this.#chunks));
      if (rewritten === undefined) this.#passOn(held);
      else {
        const { head, flow } = held;
        const { status, body, fields = [] } = rewritten;
        const ours = ["content-type", "application/json", "content-length", String(body.length)];
        const headers = [...withoutFraming(head.headers), ...fields, ...ours];
        this.#inner.onHead({ ...head, status, reason: "", headers }, flow);
        this.#inner.onData(body);
      }
    }
    this.#inner.onEnd();
  }

  onFailure(failure: TransportFailure): void {
    this.#inner.onFailure(failure);
  }

  #passOn({ head, flow }: { readonly head: ResponseHead; readonly flow: Flow }): void {
    this.#held = undefined;
    this.#inner.onHead(head, flow);
    for (const chunk of this.#chunks.splice(0)) this.#inner.onData(chunk);
  }
}

function withoutFraming(headers: HeaderList): HeaderList {
  return headers.filter(
    (_, at) => !/^content-(?:length|type)$/i.test(headers[at - (at % 2)] ?? ""),
  );
}
