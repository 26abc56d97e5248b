import type {
  ResponseSink,
  Send,
  UpstreamCall,
  UpstreamRequest,
} from "../../upstream/transport/contract.ts";
import { upstreamIdOf } from "../attempt/upstream-id.ts";

/** One upstream call of an answer that takes several. Times are monotonic milliseconds. */
export interface LoggedCall {
  readonly startedAtMs: number;
  readonly headAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly status: number | undefined;
  readonly upstreamRequestId: string | undefined;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** What it answered was not shown; it was asked again. */
  readonly isRepeated: boolean;
}

type Entry = { -readonly [K in keyof LoggedCall]: LoggedCall[K] };

/** Notes the calls of one answer, and keeps them apart: of an earlier one nothing is heard once the next is sent. */
export class CallLog {
  readonly #monotonicMs: () => number;
  readonly #entries: Entry[] = [];
  #current: UpstreamCall | undefined;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  get calls(): readonly LoggedCall[] {
    return this.#entries;
  }

  /** What the last call answered is not shown. */
  repeat(): void {
    const last = this.#entries.at(-1);
    if (last !== undefined) last.isRepeated = true;
  }

  /** Sends through `send`. A call behind the first is repeated once where a kept connection had just been closed. */
  through(send: Send): Send {
    return (request, sink) => {
      const isFirst = this.#entries.length === 0;
      this.#current?.abort();
      const entry = this.#open(request);
      let call: UpstreamCall;
      const noted = this.#noting(entry, sink, (failure) => {
        if (isFirst) sink.onFailure(failure);
        else if (failure.beforeResponse && failure.onReusedConnection) {
          call = send(request, noted, true);
          this.#current = call;
        } else sink.onFailure({ ...failure, beforeResponse: false });
      });
      call = send(request, noted);
      this.#current = call;
      return { abort: () => call.abort() };
    };
  }

  #open(request: UpstreamRequest): Entry {
    const previous = this.#entries.at(-1);
    const now = this.#monotonicMs();
    if (previous !== undefined) previous.endedAtMs ??= now;
    const entry: Entry = {
      startedAtMs: now,
      headAtMs: undefined,
      endedAtMs: undefined,
      status: undefined,
      upstreamRequestId: undefined,
      bytesSent: Buffer.isBuffer(request.body) ? request.body.length : 0,
      bytesReceived: 0,
      isRepeated: false,
    };
    this.#entries.push(entry);
    return entry;
  }

  #noting(entry: Entry, sink: ResponseSink, onFailure: ResponseSink["onFailure"]): ResponseSink {
    const isCurrent = () => this.#entries.at(-1) === entry;
    return {
      onHead: (head, flow) => {
        entry.headAtMs = this.#monotonicMs();
        entry.status = head.status;
        entry.upstreamRequestId = upstreamIdOf(head.headers);
        if (isCurrent()) sink.onHead(head, flow);
      },
      onData: (chunk) => {
        entry.bytesReceived += chunk.length;
        if (isCurrent()) sink.onData(chunk);
      },
      onEnd: () => {
        entry.endedAtMs = this.#monotonicMs();
        if (isCurrent()) sink.onEnd();
      },
      onFailure: (failure) => {
        if (isCurrent()) onFailure(failure);
      },
    };
  }
}
