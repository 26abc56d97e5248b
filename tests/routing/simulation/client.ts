import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** What a client sends, and how fast it reads. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** How long each part of the body takes. */
  readonly uploadMs: number;
  /** How long each piece of the answer takes to be read. */
  readonly readMs: number;
}

/** A connection of which only the far end is made up: what is written to it is kept. */
class ClientSocket extends Socket {
  readonly received: Buffer[] = [];
  readonly #readMs: number;

  constructor(readMs: number) {
    super();
    this.#readMs = readMs;
  }

  override _read(): void {}

  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.received.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    if (this.#readMs === 0) done();
    else setTimeout(done, this.#readMs);
  }

  override _writev(
    chunks: { chunk: Buffer | string; encoding: BufferEncoding }[],
    done: () => void,
  ): void {
    for (const { chunk, encoding } of chunks) {
      this.received.push(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    }
    if (this.#readMs === 0) done();
    else setTimeout(done, this.#readMs);
  }

  override _final(done: () => void): void {
    done();
  }

  override resetAndDestroy(): this {
    return this.destroy();
  }
}

const PARTS = 3;

/** One request of a client, from both sides. */
export class SimulatedClient {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #socket: ClientSocket;
  #hasLeft = false;

  constructor({ method, url, headers, body, uploadMs, readMs }: Sent) {
    this.#socket = new ClientSocket(readMs);
    this.request = new IncomingMessage(this.#socket);
    this.request.method = method;
    this.request.url = url;
    this.request.httpVersion = "1.1";
    this.request.httpVersionMajor = 1;
    this.request.httpVersionMinor = 1;
    this.request.rawHeaders = [
      ...headers,
      ...(body.length === 0 ? [] : ["content-length", String(body.length)]),
    ];
    this.response = new ServerResponse(this.request);
    this.response.assignSocket(this.#socket);
    this.#socket.on("close", () => this.request.destroy());
    this.#socket.on("error", () => {});
    this.request.on("error", () => {});
    // As the server does it.
    this.#socket.on("drain", () => this.response.emit("drain"));
    this.response.on("finish", () => {
      this.response.detachSocket(this.#socket);
      process.nextTick(() => this.response.emit("close"));
    });
    this.#upload(body, uploadMs);
  }

  /** Closes the connection, whatever goes on. */
  leave(): void {
    if (this.response.writableFinished || this.#socket.destroyed) return;
    this.#hasLeft = true;
    this.#socket.destroy();
  }

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** As it came, head and framing included. */
  get received(): string {
    return Buffer.concat(this.#socket.received).toString("latin1");
  }

  #upload(body: Buffer, uploadMs: number): void {
    const size = Math.ceil(body.length / PARTS);
    for (let part = 0; part < PARTS && part * size < body.length; part += 1) {
      const chunk = body.subarray(part * size, (part + 1) * size);
      setTimeout(() => this.#push(chunk), part * uploadMs);
    }
    setTimeout(() => this.#push(null), PARTS * uploadMs);
  }

  #push(chunk: Buffer | null): void {
    if (this.request.destroyed) return;
    if (chunk === null) this.request.complete = true;
    this.request.push(chunk);
  }
}

/** What a client makes of what it received. */
export interface Received {
  /** Undefined: not even a head. */
  readonly status: number | undefined;
  readonly head: string;
  readonly body: string;
  /** Its framing says that nothing is missing. */
  readonly isWhole: boolean;
}

export function readReceived(text: string): Received {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return { status: undefined, head: "", body: "", isWhole: false };
  const head = text.slice(0, end);
  const rest = text.slice(end + 4);
  const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(head)?.[1]);
  const length = /^content-length: ([0-9]+)$/im.exec(head)?.[1];
  if (length !== undefined) {
    return { status, head, body: rest, isWhole: rest.length === Number(length) };
  }
  if (!/^transfer-encoding: chunked$/im.test(head)) {
    return { status, head, body: rest, isWhole: false };
  }
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = rest.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(rest.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return { status, head, body, isWhole: false };
    if (size === 0) return { status, head, body, isWhole: true };
    body += rest.slice(lineEnd + 2, lineEnd + 2 + size);
    at = lineEnd + 2 + size + 2;
  }
}
