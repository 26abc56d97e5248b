import type { GatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import type { UpstreamError, UpstreamErrorKind } from "../../canonical/index.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
} from "../../upstream/transport/contract.ts";
import { maskText } from "../answer/mask-secret.ts";
import { upstreamIdOf } from "../attempt/upstream-id.ts";
import type { AnswerTranslation } from "./translation.ts";

/** A client takes a silence for a dead connection; the API itself speaks every few seconds (design R6). */
const PING_AFTER_MS = 10_000;

/** By these the attempt loop knows that a stored key was refused, and nobody sees the answer itself. */
const CREDENTIAL_REFUSALS: Partial<Readonly<Record<UpstreamErrorKind, number>>> = {
  authentication: 401,
  permission: 403,
};

/** The answer as the exchange sees it. Its head goes out with its first text, so that an error inside of a 200 is an error. */
export class ShownAnswer {
  readonly #inner: ResponseSink;
  readonly #translation: AnswerTranslation;
  readonly #flow: Flow;
  #upstreamId: string | undefined;
  #isBegun = false;
  #hasSaidWhy = false;
  #pings: NodeJS.Timeout | undefined;

  /** `flow` holds the upstream back. */
  constructor(inner: ResponseSink, translation: AnswerTranslation, flow: Flow) {
    this.#inner = inner;
    this.#translation = translation;
    this.#flow = flow;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Whether an error may still be said: it is written in whole events, of which an error is the last. */
  get atBoundary(): boolean {
    return !this.#hasSaidWhy;
  }

  /** The upstream has begun to answer. */
  from({ headers }: ResponseHead): void {
    this.#upstreamId = upstreamIdOf(headers);
  }

  /** Speaks while the upstream thinks. */
  keepAlive(fields: HeaderList): void {
    const ping = () => this.text(this.#translation.client.ping, fields);
    this.#pings ??= setInterval(ping, PING_AFTER_MS);
  }

  text(text: string, fields: HeaderList): void {
    this.#begin(200, fields);
    this.#inner.onData(Buffer.from(text));
    this.#pings?.refresh();
  }

  /** The last words of a stream: clients wait, compact or give up by what the error is. */
  lastWords(text: string, fields: HeaderList): void {
    const { secret } = this.#translation.stored ?? {};
    this.text(secret === undefined ? text : maskText(text, secret), fields);
    this.#hasSaidWhy = true;
  }

  /** All of the answer is an error. */
  error(error: UpstreamError): void {
    const { client, facts, stored } = this.#translation;
    const { status, headers, body } = client.writeError(error, facts);
    const bytes = Buffer.from(body);
    const refusal = stored === undefined ? undefined : CREDENTIAL_REFUSALS[error.kind];
    const fields = [...headers, "content-length", String(bytes.length)];
    this.#begin(refusal ?? status, fields, error);
    this.#inner.onData(bytes);
    this.end();
  }

  end(): void {
    this.close();
    this.#inner.onEnd();
  }

  /** The answer is not whole. */
  break(error: GatewayError): void {
    this.failed({ error, beforeResponse: false, onReusedConnection: false });
  }

  failed(failure: TransportFailure): void {
    this.close();
    this.#inner.onFailure(failure);
  }

  /** Nobody listens any more. */
  close(): void {
    clearInterval(this.#pings);
  }

  #begin(status: number, fields: HeaderList, error?: UpstreamError): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const { lossy } = this.#translation;
    const upstreamId = this.#upstreamId;
    // An error's own writer says which request it was.
    const isNamed = upstreamId === undefined || status >= 400;
    const headers = isNamed
      ? fields
      : [...fields, "request-id", upstreamId, "x-request-id", upstreamId];
    this.#inner.onHead(
      { status, reason: "", headers, lossy: lossy(), upstreamId, error },
      this.#flow,
    );
  }
}
