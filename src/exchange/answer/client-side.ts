import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { GatewayError } from "../../base/errors.ts";
import { firstValue, type HeaderList } from "../../base/header-list.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { ClientCall } from "../call.ts";
import { streamBody } from "../request/body.ts";
import { type ClientOutput, EventStreamOutput, plainOutput } from "./client-output.ts";
import { continuesStream, EARLY_HEAD, lateRefusal } from "./early-stream.ts";

const NOTHING = Buffer.alloc(0);

/** What of a call the client's end needs. */
export type Side = Pick<ClientCall, "id" | "request" | "response"> & {
  readonly dialect: Pick<
    ClientCall["dialect"],
    "renderError" | "renderStreamError" | "repeatsAfterReset" | "frames"
  >;
};

/** The client's end of an exchange: writes, back-pressure and departure in one place. */
export class ClientSide {
  readonly #call: Side;
  readonly #response: ServerResponse;
  readonly #output: ClientOutput;
  readonly #now: () => number;
  #gone = false;
  #bodyBegun = false;
  #hasLength = false;
  #brokenOff = false;
  /** A stream was begun before anybody answered. */
  #begunEarly = false;
  /** An error that the begun stream cannot take up as it is. */
  #late: { readonly status: number; readonly chunks: Buffer[] } | undefined;
  #bytesSent = 0;
  #firstByteAtMs: number | undefined;
  #status: number | undefined;
  #onGone: () => void = () => {};
  #onDrain: () => void = () => {};
  #onFlushed: (() => void) | undefined;

  constructor(call: Side, monotonicMs: () => number) {
    this.#call = call;
    this.#response = call.response;
    const { frames } = call.dialect;
    this.#output =
      frames === undefined
        ? plainOutput(call.response)
        : new EventStreamOutput(call.response, frames);
    this.#now = monotonicMs;
    this.#response.on("close", () => this.#closed());
    this.#response.on("drain", () => this.#onDrain());
    // A write that fails is followed by "close", which is where departure is handled.
    this.#response.on("error", () => {});
  }

  /** True once the client has left without the whole answer. */
  get gone(): boolean {
    return this.#gone;
  }

  /** HTTP status that was sent. */
  get status(): number | undefined {
    return this.#status;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Monotonic time of the first body byte. */
  get firstByteAtMs(): number | undefined {
    return this.#firstByteAtMs;
  }

  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  /** Tells the client of a stream that its request lives: the first time by the stream's head, after which no status can be told. */
  keepAlive(ping: string): void {
    if (this.#gone) return;
    if (!this.#begunEarly) {
      this.#begunEarly = true;
      this.#status = 200;
      this.#output.writeHead(200, "OK", [...EARLY_HEAD, "x-spillway-request-id", this.#call.id]);
    }
    this.#output.write(ping);
  }

  /** Returns false when the head cannot be said in HTTP; nothing was sent then. */
  writeHead(head: ResponseHead, fields: HeaderList): boolean {
    if (this.#begunEarly) {
      if (head.status >= 400) this.#late = { status: head.status, chunks: [] };
      return head.status >= 400 || continuesStream(head);
    }
    // The upstream's own Date, or none, reaches the client.
    this.#response.sendDate = false;
    try {
      this.#output.writeHead(head.status, head.reason, [...fields]);
    } catch {
      return false;
    }
    this.#status = head.status;
    this.#hasLength = firstValue(head.headers, "content-length") !== undefined;
    // A head that comes with its first bytes goes out in one packet with them; one that comes alone goes out alone.
    process.nextTick(() => {
      // `flushHeaders` would write the head as UTF-8 and so change the bytes of latin1 values.
      if (!this.#bodyBegun && !this.#gone) this.#output.write(NOTHING);
    });
    return true;
  }

  /** Returns false when the client reads more slowly than this: hold the upstream until `onDrain`. */
  write(chunk: Buffer): boolean {
    if (this.#late !== undefined) {
      this.#late.chunks.push(chunk);
      return true;
    }
    this.#bodyBegun = true;
    this.#firstByteAtMs ??= this.#now();
    this.#bytesSent += chunk.length;
    return this.#output.write(chunk);
  }

  /** Ends the answer; `onFlushed` is called once it was handed to the operating system, or the client has left. */
  end(onFlushed: () => void): void {
    if (this.#late !== undefined) {
      const { status, chunks } = this.#late;
      this.breakOff(lateRefusal(status, Buffer.concat(chunks)));
      onFlushed();
      return;
    }
    this.#bodyBegun = true;
    this.#onFlushed = onFlushed;
    this.#output.end();
    if (isArriving(this.#call.request)) linger(this.#call.request);
  }

  /** Answers with a gateway error, where nothing was sent yet. */
  refuse(error: GatewayError, marks: HeaderList): void {
    if (this.#begunEarly) {
      this.breakOff(error);
      return;
    }
    const rendered = this.#call.dialect.renderError(error, this.#call.id);
    this.#status = rendered.status;
    sendWhole(this.#call, rendered.status, [...rendered.headers, ...marks], rendered.body);
  }

  /** Ends an answer that cannot be completed so that no client takes it for complete. */
  breakOff(error: GatewayError | undefined): void {
    this.#brokenOff = true;
    // In an answer of declared length the event could make up just what is missing, and the answer would look whole.
    if (error !== undefined && !this.#hasLength)
      this.#output.write(this.#call.dialect.renderStreamError(error));
    const { socket } = this.#call.request;
    // What was written still goes out, but the body's end marker never does. HTTP/1.0 has no end marker: only a reset
    // tells a broken answer from a whole one.
    if (this.#call.request.httpVersion === "1.0") reset(socket);
    else {
      if (this.#call.dialect.repeatsAfterReset === true) resetSoon(socket);
      else socket.destroySoon();
      // A client that does not read would keep the rest, and its socket, in memory for ever.
      setTimeout(() => socket.destroy(), BREAK_OFF_MS).unref();
    }
  }

  #closed(): void {
    if (this.#brokenOff) return;
    // An answer that was ended elsewhere, for a crawling upload, is not the one that this exchange waits for.
    if (this.#response.writableFinished && this.#onFlushed !== undefined) {
      this.#onFlushed();
      return;
    }
    this.#gone = true;
    this.#onGone();
  }
}

/** A reset takes with it what is still on its way to the client. */
function resetSoon(socket: Socket): void {
  socket.write("", () => setTimeout(() => reset(socket), ON_ITS_WAY_MS).unref());
}

/** Behind TLS there is no telling a reset from an end. */
function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}

/** At most this much of an unwanted request body is read before the connection is closed. */
const LINGER_BYTES = 64 * 1024;
const LINGER_MS = 1_000;
/** How long what is written takes to reach a client that reads. */
const ON_ITS_WAY_MS = 250;
/** How long a broken-off answer may take to go out. */
const BREAK_OFF_MS = 10_000;

/**
 * Sends a whole answer of our own. Where the request body is still arriving the connection is closed after the answer,
 * so that its bytes are never read as another request.
 */
export function sendWhole(
  call: Pick<ClientCall, "request" | "response">,
  status: number,
  headers: HeaderList,
  body: string,
): void {
  const { request, response } = call;
  if (response.headersSent || response.destroyed) return;
  const bodyPending = isArriving(request);
  const bytes = Buffer.from(body, "utf8");
  const framing = ["content-length", String(bytes.length)];
  const closing = bodyPending ? ["connection", "close"] : [];
  response.writeHead(status, [...headers, ...framing, ...closing]);
  response.end(bytes);
  if (bodyPending) linger(request);
}

function isArriving(request: ClientCall["request"]): boolean {
  return !request.complete && streamBody(request).kind === "stream";
}

/** Reads on a little, so that the client gets to see the answer before the reset that unread bytes would cause. */
function linger(request: ClientCall["request"]): void {
  const { socket } = request;
  let dropped = 0;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  request.on("data", (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > LINGER_BYTES) socket.destroy();
  });
  request.on("close", () => clearTimeout(timer));
}
