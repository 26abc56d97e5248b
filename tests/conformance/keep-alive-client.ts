import { connect, type Socket } from "node:net";
import { AnswerReader } from "../bench/answer-reader.ts";

/** An answer as it stood on the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly reason: string;
  /** Names and values in turn, latin1. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** False: the connection ended inside it, or before it. */
  readonly complete: boolean;
}

export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Sees the body while it arrives. */
export type ProgressListener = (bodyBytes: number) => void;

interface Pending {
  readonly sentHead: string;
  head: string;
  readonly chunks: Buffer[];
  bytes: number;
  readonly onProgress: ProgressListener | undefined;
  readonly answered: PromiseWithResolvers<WireAnswer>;
}

const ANSWER_TIMEOUT_MS = 10_000;

/** Sends exact bytes, one exchange after another on one connection; opens a new one where the old one ended. */
export class KeepAliveClient implements Disposable {
  readonly #port: number;
  #socket: Socket | undefined;
  #reader: AnswerReader | undefined;
  #pending: Pending | undefined;
  connectionsOpened = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async send(request: WireRequest, onProgress?: ProgressListener): Promise<WireAnswer> {
    const answered = Promise.withResolvers<WireAnswer>();
    const sentHead = headText(request);
    this.#pending = { sentHead, head: "", chunks: [], bytes: 0, onProgress, answered };
    const { socket, reader } = this.#connection();
    reader.bodiless = request.method === "HEAD";
    socket.write(sentHead, "latin1");
    if (request.body.length > 0) socket.write(request.body);
    const timer = setTimeout(() => this.#end(false), ANSWER_TIMEOUT_MS);
    return await answered.promise.finally(() => clearTimeout(timer));
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
  }

  #connection(): { readonly socket: Socket; readonly reader: AnswerReader } {
    if (this.#socket !== undefined && this.#reader !== undefined && this.#socket.writable) {
      return { socket: this.#socket, reader: this.#reader };
    }
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    const reader = new AnswerReader({
      onHead: (_status, head) => {
        if (this.#pending === undefined) return;
        this.#pending.head = head;
        this.#pending.onProgress?.(0);
      },
      onBody: (slice) => {
        const pending = this.#pending;
        if (pending === undefined) return;
        pending.chunks.push(Buffer.from(slice));
        pending.bytes += slice.length;
        pending.onProgress?.(pending.bytes);
      },
      onEnd: () => this.#end(true),
    });
    socket.on("data", (chunk: Buffer) => reader.push(chunk));
    // A reset is followed by "close", which is where the answer's end is noted.
    socket.on("error", () => {});
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#end(false);
    });
    this.#socket = socket;
    this.#reader = reader;
    this.connectionsOpened += 1;
    return { socket, reader };
  }

  #end(complete: boolean): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    const closes = /^connection: *close/im;
    if (!complete || closes.test(pending.head) || closes.test(pending.sentHead)) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    const [statusLine = "", ...lines] = pending.head.split("\r\n");
    pending.answered.resolve({
      status: Number(statusLine.slice(9, 12)),
      reason: statusLine.slice(13),
      headers: lines.flatMap((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
      body: Buffer.concat(pending.chunks),
      complete,
    });
  }
}

function headText({ method, target, headers }: WireRequest): string {
  const lines = [`${method} ${target} HTTP/1.1`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
