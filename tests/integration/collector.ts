import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type {
  Flow,
  ResponseHead,
  ResponseSink,
  TransportFailure,
  UpstreamRequest,
} from "../../src/upstream/transport/contract.ts";
import type { TransportOptions } from "../../src/upstream/transport/direct.ts";
import { step } from "../upstream/raw.ts";

export const OPTIONS: TransportOptions = {
  connectTimeoutMs: 2_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  keepAliveMs: 5_000,
};

export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
export const SERVE = [step.readHead, step.readBody, step.write(OK), step.repeat];
export const GET: UpstreamRequest = { method: "GET", target: "/", headers: [], body: undefined };

export interface Outcome {
  readonly head: ResponseHead | undefined;
  readonly body: string;
  readonly failure: TransportFailure | undefined;
}

/** Collects one response; complains about anything after its end. */
export class Collector implements ResponseSink {
  readonly #done = Promise.withResolvers<Outcome>();
  readonly outcome = this.#done.promise;
  head: ResponseHead | undefined;
  flow: Flow | undefined;
  body = "";
  readonly #pauseAtHead: boolean;
  #over = false;

  constructor(pauseAtHead = false) {
    this.#pauseAtHead = pauseAtHead;
  }

  onHead(head: ResponseHead, flow: Flow): void {
    this.#assertRunning();
    assert.equal(this.head, undefined);
    this.head = head;
    this.flow = flow;
    if (this.#pauseAtHead) flow.pause();
  }

  onData(chunk: Buffer): void {
    this.#assertRunning();
    this.body += chunk.toString("latin1");
  }

  onEnd(): void {
    this.#finish(undefined);
  }

  onFailure(failure: TransportFailure): void {
    this.#finish(failure);
  }

  #finish(failure: TransportFailure | undefined): void {
    this.#assertRunning();
    this.#over = true;
    this.#done.resolve({ head: this.head, body: this.body, failure });
  }

  #assertRunning(): void {
    assert.equal(this.#over, false, "the sink heard something after the end");
  }
}

/** Until the connection is on the idle list again. */
export async function settled(): Promise<void> {
  await sleep(20);
}
