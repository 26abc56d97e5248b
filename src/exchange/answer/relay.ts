import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { Tap } from "../../upstream/dialects/anthropic/index.ts";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
  UpstreamCall,
} from "../../upstream/transport/contract.ts";
import type { FirstContent, Glimpse } from "./first-content.ts";
import {
  HEAD_NOT_PASSED_ON,
  type KeptAnswer,
  type RelayOptions,
  type RelayResult,
} from "./relay-contract.ts";

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** More of an answer than this is not kept back. */
const MAX_KEPT_BYTES = 256 * 1024;
/** Errors come whole at once; whoever waits for one that does not has another candidate to try (design R5). */
const MAX_KEEPING_MS = 2_000;

interface Kept {
  readonly head: ResponseHead;
  readonly chunks: Buffer[];
  readonly mayShow: boolean;
  readonly timer: NodeJS.Timeout;
}

/** The beginning of an answer that will be shown, unless it turns out to be none. */
interface Held {
  readonly head: ResponseHead;
  readonly chunks: Buffer[];
  readonly look: FirstContent;
  readonly timer: NodeJS.Timeout;
}

/** Carries one upstream response to the client byte for byte, with back-pressure, and lets the tap read along. */
export class Relay implements ResponseSink {
  readonly #options: RelayOptions;
  readonly #done = Promise.withResolvers<RelayResult>();
  #call: UpstreamCall | undefined;
  #flow: Flow | undefined;
  #head: ResponseHead | undefined;
  #seen: ResponseHead | undefined;
  #headAtMs: number | undefined;
  #tap: Tap | undefined;
  #keeping: Kept | undefined;
  #kept: KeptAnswer | undefined;
  #held: Held | undefined;
  #heldMs: number | undefined;
  #failedWithin: Failure | undefined;
  #slowStart: NodeJS.Timeout | undefined;
  #bytesReceived = 0;
  #failure: TransportFailure | undefined;
  #cut = false;
  #upstreamOver = false;
  #concluded = false;
  #readOnTimer: NodeJS.Timeout | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Begins to watch the call; resolves when upstream and client are both done with it. */
  async run(start: (sink: ResponseSink) => UpstreamCall): Promise<RelayResult> {
    const { client, patience } = this.#options;
    client.onGone(() => this.#clientGone());
    client.onDrain(() => this.#flow?.resume());
    if (patience?.slowStartMs !== undefined) {
      this.#slowStart = setTimeout(() => this.#refuse(SLOW_START), patience.slowStartMs);
    }
    this.#call = start(this);
    if (client.gone) this.#clientGone();
    return await this.#done.promise;
  }

  onHead(received: ResponseHead, flow: Flow): void {
    const head = this.#options.received(received);
    this.#flow = flow;
    this.#seen = head;
    if (REDIRECTS.has(head.status)) {
      this.#refuse(
        gatewayError(
          "upstream_redirect",
          "The upstream answered with a redirect; it was not followed",
        ),
      );
      return;
    }
    this.#headAtMs = this.#options.monotonicMs();
    this.#options.onHead(head);
    const keeping = this.#options.keeps(head);
    if (keeping === "no") {
      this.#commit(head);
      return;
    }
    if (keeping === "until_content") {
      this.#hold(head);
      return;
    }
    clearTimeout(this.#slowStart);
    const timer = setTimeout(() => this.#giveUpKeeping(), MAX_KEEPING_MS);
    this.#keeping = { head, chunks: [], mayShow: keeping === "if_small", timer };
  }

  onData(chunk: Buffer): void {
    // Whoever stands between may have more at hand when an answer is given up.
    if (this.#concluded) return;
    this.#bytesReceived += chunk.length;
    if (this.#held !== undefined) this.#holdOn(this.#held, chunk);
    else if (this.#keeping === undefined) this.#show(chunk);
    else this.#keep(this.#keeping, chunk);
  }

  #hold(head: ResponseHead): void {
    const { patience, makeTap } = this.#options;
    const look = patience?.firstContent(head);
    if (patience === undefined || look === undefined) {
      this.#commit(head);
      return;
    }
    // What it tells of usage is known also where nothing of it is shown.
    this.#tap = makeTap(head);
    const timer = setTimeout(() => this.#letGo(), patience.holdMs);
    this.#held = { head, chunks: [], look, timer };
  }

  #holdOn({ chunks, look }: Held, chunk: Buffer): void {
    chunks.push(chunk);
    this.#tap?.push(chunk);
    this.#judge(look.push(chunk));
    if (this.#bytesReceived > MAX_KEPT_BYTES) this.#letGo();
  }

  #judge(seen: Glimpse): void {
    if (this.#held === undefined || seen === "nothing") return;
    if (seen === "content") {
      this.#letGo();
      return;
    }
    const { head, chunks, timer } = this.#held;
    clearTimeout(timer);
    clearTimeout(this.#slowStart);
    this.#held = undefined;
    this.#failedWithin = seen;
    // The rest of what it says is waited for: it may have to be shown after all.
    const giveUp = setTimeout(() => this.#giveUpKeeping(), MAX_KEEPING_MS);
    this.#keeping = { head, chunks, mayShow: false, timer: giveUp };
  }

  #letGo(): void {
    if (this.#held === undefined) return;
    const { head, chunks, timer } = this.#held;
    clearTimeout(timer);
    this.#held = undefined;
    this.#heldMs = this.#options.monotonicMs() - (this.#headAtMs ?? 0);
    this.#commit(head);
    if (!this.#concluded) for (const held of chunks) this.#write(held);
  }

  #commit(head: ResponseHead): void {
    const { client, fields, makeTap, onCommit } = this.#options;
    // Of an answer that cannot be begun nothing is shown, and the next candidate needs the body.
    if (!client.gone && !client.writeHead(head, fields(head))) {
      this.#refuse(HEAD_NOT_PASSED_ON);
      return;
    }
    onCommit(head);
    clearTimeout(this.#slowStart);
    this.#head = head;
    this.#tap ??= makeTap(head);
  }

  #keep({ head, chunks, mayShow, timer }: Kept, chunk: Buffer): void {
    chunks.push(chunk);
    if (this.#bytesReceived <= MAX_KEPT_BYTES) return;
    if (!mayShow) {
      this.#giveUpKeeping();
      return;
    }
    clearTimeout(timer);
    this.#keeping = undefined;
    this.#commit(head);
    if (this.#concluded) return;
    for (const held of chunks) this.#show(held);
  }

  #giveUpKeeping(): void {
    this.#upstreamOver = true;
    this.#call?.abort();
    this.#takeKept(false);
    this.#finish();
  }

  #takeKept(isComplete: boolean): void {
    if (this.#keeping === undefined) return;
    const { head, chunks } = this.#keeping;
    this.#kept = { head, body: Buffer.concat(chunks), isComplete };
  }

  #show(chunk: Buffer): void {
    this.#write(chunk);
    this.#tap?.push(chunk);
  }

  #write(chunk: Buffer): void {
    const { client } = this.#options;
    if (!client.gone && !client.write(chunk)) this.#flow?.pause();
  }

  onEnd(): void {
    if (this.#concluded) return;
    if (this.#held !== undefined) {
      const seen = this.#held.look.end(Buffer.concat(this.#held.chunks));
      this.#judge(seen === "nothing" ? "content" : seen);
      if (this.#concluded) return;
    }
    this.#upstreamOver = true;
    const { client } = this.#options;
    this.#takeKept(true);
    if (client.gone || this.#kept !== undefined) this.#finish();
    else client.end(() => this.#finish());
  }

  onFailure(failure: TransportFailure): void {
    if (this.#concluded) return;
    this.#upstreamOver = true;
    this.#takeKept(false);
    if (this.#kept === undefined) this.#failure = failure;
    if (this.#head === undefined || this.#options.client.gone) this.#finish();
    else this.#breakOff(failure.error);
  }

  /** Ends the exchange from outside, when the drain time is over. */
  cut(error: GatewayError): void {
    if (this.#upstreamOver) return;
    this.#stopUpstream();
    this.#failure = { error, beforeResponse: this.#head === undefined, onReusedConnection: false };
    if (this.#head === undefined || this.#options.client.gone) this.#finish();
    else this.#breakOff(error);
  }

  #clientGone(): void {
    if (this.#upstreamOver) {
      this.#finish();
      return;
    }
    const readOnMs = this.#options.readOnAfterClientGoneMs;
    if (readOnMs > 0) {
      this.#flow?.resume();
      this.#readOnTimer = setTimeout(() => this.#stopAndFinish(), readOnMs);
      return;
    }
    this.#stopAndFinish();
  }

  #stopAndFinish(): void {
    this.#stopUpstream();
    this.#finish();
  }

  #stopUpstream(): void {
    this.#upstreamOver = true;
    this.#cut = true;
    this.#call?.abort();
  }

  /** The answer is not usable; nothing of it was shown. */
  #refuse(error: GatewayError): void {
    this.#upstreamOver = true;
    this.#failure = { error, beforeResponse: false, onReusedConnection: false };
    this.#call?.abort();
    this.#finish();
  }

  /** A stream that failed never ends cleanly; at an event boundary it can still say why (design R5). */
  #breakOff(error: GatewayError): void {
    this.#options.client.breakOff(this.#tap?.atBoundary === true ? error : undefined);
    this.#finish();
  }

  #finish(): void {
    if (this.#concluded) return;
    this.#concluded = true;
    clearTimeout(this.#readOnTimer);
    clearTimeout(this.#keeping?.timer);
    clearTimeout(this.#held?.timer);
    clearTimeout(this.#slowStart);
    this.#done.resolve(this.#conclude());
  }

  async #conclude(): Promise<RelayResult> {
    return {
      head: this.#head,
      seen: this.#seen,
      committed: this.#head !== undefined,
      failure: this.#failure,
      kept: this.#kept,
      failedWithin: this.#failedWithin,
      heldMs: this.#heldMs,
      cut: this.#cut,
      bytesReceived: this.#bytesReceived,
      headAtMs: this.#headAtMs,
      observation: await this.#tap?.finish(),
    };
  }
}

const SLOW_START = gatewayError(
  "upstream_slow_start",
  "Nothing of the upstream's answer came in the time that it was given",
);
