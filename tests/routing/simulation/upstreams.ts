import type {
  ResponseSink,
  Transport,
  UpstreamCall,
  UpstreamRequest,
} from "../../../src/upstream/transport/contract.ts";
import type { Script, Step } from "./answers.ts";

/** One request as it went onto the wire. */
export interface WireRequest {
  readonly origin: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** What a made-up upstream does with a call. */
export interface Reception {
  /** At once, when the request is sent; what is given is told when the call is over. */
  readonly sent: (origin: string, request: UpstreamRequest, isFresh: boolean) => number;
  /** Once the whole request has arrived. */
  readonly answer: (call: number, request: WireRequest) => Script;
  readonly over: (call: number, how: "ended" | "failed" | "aborted") => void;
}

/** A way to one origin on which nothing is real but the contract. */
export function simulatedTransport(origin: string, reception: Reception): Transport {
  return {
    send(request, sink, { fresh = false } = {}) {
      const call = new SimulatedCall(origin, request, sink, reception, fresh);
      return call;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

class SimulatedCall implements UpstreamCall {
  readonly #sink: ResponseSink;
  readonly #reception: Reception;
  readonly #number: number;
  #steps: readonly Step[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isPaused = false;
  #isDue = false;

  constructor(
    origin: string,
    request: UpstreamRequest,
    sink: ResponseSink,
    reception: Reception,
    fresh: boolean,
  ) {
    this.#sink = sink;
    this.#reception = reception;
    this.#number = reception.sent(origin, request, fresh);
    void this.#read(origin, request);
  }

  abort(): void {
    this.#finish("aborted");
  }

  async #read(origin: string, { target, headers, body }: UpstreamRequest): Promise<void> {
    const whole = await wholeOf(body);
    if (this.#isOver) return;
    const { steps } = this.#reception.answer(this.#number, {
      origin,
      target,
      headers,
      body: whole,
    });
    this.#steps = steps;
    this.#schedule();
  }

  #schedule(): void {
    const [step] = this.#steps;
    if (step === undefined || this.#isOver) return;
    this.#timer = setTimeout(() => this.#due(), step.afterMs);
  }

  #due(): void {
    if (this.#isPaused) {
      this.#isDue = true;
      return;
    }
    const [step, ...rest] = this.#steps;
    if (step === undefined || this.#isOver) return;
    this.#steps = rest;
    if ("head" in step) {
      const { status, headers } = step.head;
      const flow = { pause: () => this.#pause(), resume: () => this.#resume() };
      this.#sink.onHead({ status, reason: "", headers }, flow);
    } else if ("data" in step) {
      // Nothing comes after it but the end.
      if (step.data.includes("[DONE]")) this.#reception.over(this.#number, "ended");
      this.#sink.onData(Buffer.from(step.data));
    } else if ("end" in step) {
      this.#finish("ended");
      this.#sink.onEnd();
    } else {
      this.#finish("failed");
      this.#sink.onFailure(step.failure);
    }
    this.#schedule();
  }

  #pause(): void {
    this.#isPaused = true;
  }

  #resume(): void {
    this.#isPaused = false;
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#timer = setTimeout(() => this.#due(), 0);
  }

  #finish(how: "ended" | "failed" | "aborted"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#reception.over(this.#number, how);
  }
}

async function wholeOf(body: UpstreamRequest["body"]): Promise<Buffer> {
  if (body === undefined || Buffer.isBuffer(body)) return body ?? Buffer.alloc(0);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body) parts.push(part);
  } catch {
    // The client left in the middle of it.
  }
  return Buffer.concat(parts);
}
