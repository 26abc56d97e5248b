import { isObject, parseJson } from "../../base/json.ts";
import type { TokenCounter } from "../../upstream/dialects/count.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
} from "../../upstream/transport/contract.ts";
import { type WholeAnswer, wholeAnswer } from "../answer/whole-answer.ts";
import { upstreamIdOf } from "../attempt/upstream-id.ts";

/** What an upstream's answer to a count is read with, and what the client is told of it. */
export interface CountTranslation {
  readonly counter: Pick<TokenCounter, "readCount">;
  readonly failed: (answer: WholeAnswer) => WholeAnswer;
  readonly counted: (tokens: number, answer: WholeAnswer) => WholeAnswer;
  /** Told where the upstream, or this model of it, does not count. */
  readonly estimated: () => WholeAnswer;
}

/** The credential or the moment is what is wrong: not that nobody counts there. */
const FAILURES: ReadonlySet<number> = new Set([401, 402, 403, 429]);
const MAX_ANSWER_BYTES = 256 * 1024;

/** Stands between an upstream that counts and the exchange, which sees the count in the client's own dialect. */
export class CountedAnswer implements ResponseSink {
  readonly #inner: ResponseSink;
  readonly #translation: CountTranslation;
  readonly #chunks: Buffer[] = [];
  #head: ResponseHead | undefined;
  #flow: Flow = { pause: () => {}, resume: () => {} };
  #bytes = 0;

  constructor(inner: ResponseSink, translation: CountTranslation) {
    this.#inner = inner;
    this.#translation = translation;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    this.#head = head;
    this.#flow = flow;
    if (isRedirect(head)) this.#inner.onHead(head, flow);
  }

  onData(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_ANSWER_BYTES) this.#chunks.push(chunk);
  }

  onEnd(): void {
    const head = this.#head;
    if (head === undefined || isRedirect(head)) return;
    const answer = this.#tell({ head, body: Buffer.concat(this.#chunks) });
    this.#inner.onHead({ ...answer.head, upstreamId: upstreamIdOf(head.headers) }, this.#flow);
    this.#inner.onData(answer.body);
    this.#inner.onEnd();
  }

  onFailure(failure: TransportFailure): void {
    this.#inner.onFailure(failure);
  }

  #tell(answer: WholeAnswer): WholeAnswer {
    const { counter, failed, counted, estimated } = this.#translation;
    const { status } = answer.head;
    if (FAILURES.has(status) || status >= 500) return failed(answer);
    const read = parseJson(answer.body, { maxBytes: MAX_ANSWER_BYTES });
    const tokens =
      status < 300 && read.ok && isObject(read.value) ? counter.readCount(read.value) : undefined;
    return tokens?.ok === true ? counted(tokens.value, answer) : estimated();
  }
}

/** A count as the client's dialect has it, marked where it is an estimate. */
export function countAnswer(text: string, estimated: boolean): WholeAnswer {
  const { head, body } = wholeAnswer(200, text);
  return { head: { ...head, estimated }, body };
}

function isRedirect({ status }: ResponseHead): boolean {
  return status >= 300 && status < 400;
}
