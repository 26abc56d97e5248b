import { createHash } from "node:crypto";

/** One request exactly as it arrived, and what became of it. */
export class RecordedRequest {
  readonly method: string;
  /** The raw request target, query included. */
  readonly target: string;
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  /** Epoch milliseconds at which the head had arrived. */
  readonly at: number;
  /** The peer's port: equal for requests on one connection. */
  readonly remotePort: number;
  body: Buffer = Buffer.alloc(0);
  /** True once the whole body had arrived. */
  bodyComplete = false;
  /** Epoch milliseconds at which the exchange ended, either way. */
  closedAt: number | undefined;
  /** How it ended: the answer was sent whole, the peer left before that, or the script broke it off. */
  ending: "complete" | "peer_left" | "broken_off" | undefined;
  /** Body bytes of the answer that were handed to the socket. */
  bytesAnswered = 0;
  /** Settles when the exchange is over, whether complete or aborted. */
  readonly closed: Promise<void>;
  readonly #settle: () => void;

  constructor(head: {
    readonly method: string;
    readonly target: string;
    readonly httpVersion: string;
    readonly rawHeaders: readonly string[];
    readonly remotePort: number;
  }) {
    this.method = head.method;
    this.target = head.target;
    this.httpVersion = head.httpVersion;
    this.rawHeaders = head.rawHeaders;
    this.remotePort = head.remotePort;
    this.at = Date.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#settle = resolve;
  }

  /** The first value of a header; names compare without case. */
  header(name: string): string | undefined {
    return this.headers(name)[0];
  }

  /** Every value of a header, in order. */
  headers(name: string): string[] {
    const wanted = name.toLowerCase();
    const values: string[] = [];
    for (let index = 0; index < this.rawHeaders.length; index += 2) {
      if (this.rawHeaders[index]?.toLowerCase() === wanted) {
        values.push(this.rawHeaders[index + 1] ?? "");
      }
    }
    return values;
  }

  /** The body as JSON, or undefined when it is none. */
  json(): unknown {
    try {
      return JSON.parse(this.body.toString("utf8"));
    } catch {
      return undefined;
    }
  }

  bodyHash(): string {
    return createHash("sha256").update(this.body).digest("hex");
  }

  /** True when the peer went away before the answer was complete. */
  get aborted(): boolean {
    return this.ending === "peer_left";
  }

  /** For the server that records: notes the end of the exchange; only the first call counts. */
  finish(ending: "complete" | "peer_left" | "broken_off"): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.closedAt = Date.now();
    this.#settle();
  }
}
