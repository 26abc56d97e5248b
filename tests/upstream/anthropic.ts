import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Answer,
  bodyWrites,
  failure,
  json,
  type ModelEntry,
  message,
  models,
  type Responder,
} from "./answer.ts";
import { text } from "./messages.ts";
import { RecordedRequest } from "./recorded-request.ts";
import { type RequestKind, requestKind } from "./request-kind.ts";

export type RequestMatcher = RequestKind | ((request: RecordedRequest) => boolean);

export interface AnthropicUpstreamOptions {
  /** Added to every answer, e.g. `unifiedHeaders()`. */
  readonly headers?: readonly string[];
  readonly models?: readonly ModelEntry[];
  /** What the main agent, subagents and plain requests are told when no script says otherwise. */
  readonly text?: string;
  /** False: request bodies are read but not kept (for load). Requests are then all of kind `main`. */
  readonly keepBodies?: boolean;
}

/** A programmable stand-in for the Anthropic API on loopback that remembers what it was asked. */
export interface AnthropicUpstream extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Every request in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Requests of one kind in order of arrival. */
  ofKind(kind: RequestKind): RecordedRequest[];
  /** Answers every matching request so, from now on; the newest matching rule wins. */
  on(matcher: RequestMatcher, responder: Responder): void;
  /** Answers the next matching requests, one responder each; goes before `on`. */
  queue(matcher: RequestMatcher, ...responders: readonly Responder[]): void;
  /** The first recorded or coming request that satisfies the predicate; rejects in time. */
  waitForRequest(
    matcher: RequestMatcher,
    options?: { readonly timeoutMs?: number; readonly after?: number },
  ): Promise<RecordedRequest>;
  /** Waits until an exchange is over; rejects in time. */
  waitForEnd(request: RecordedRequest, timeoutMs?: number): Promise<void>;
  /** Waits until this many body bytes of the answer to a request have been written. */
  waitForBytes(request: RecordedRequest, count: number, timeoutMs?: number): Promise<void>;
  /** Forgets requests and scripts. */
  reset(): void;
  openConnections(): number;
  close(): Promise<void>;
}

const DEFAULT_MODELS: readonly ModelEntry[] = [
  { id: "claude-opus-5-5", displayName: "Claude Opus 5.5" },
  { id: "claude-sonnet-5-5", displayName: "Claude Sonnet 5.5" },
  { id: "claude-haiku-5-5", displayName: "Claude Haiku 5.5" },
];

/** Time for bytes already sent to be read before a reset throws them away. */
const SETTLE_MS = 40;

export async function startAnthropicUpstream(
  options: AnthropicUpstreamOptions = {},
): Promise<AnthropicUpstream> {
  const upstream = new ScriptedUpstream(options);
  await upstream.listen();
  return upstream;
}

interface Rule {
  readonly matcher: RequestMatcher;
  readonly responder: Responder;
}

interface Waiter {
  readonly matcher: RequestMatcher;
  readonly resolve: (request: RecordedRequest) => void;
}

class ScriptedUpstream implements AnthropicUpstream {
  readonly #options: AnthropicUpstreamOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 });
  readonly #waiters = new Set<Waiter>();
  #requests: RecordedRequest[] = [];
  #rules: Rule[] = [];
  #queued: Rule[] = [];
  #serial = 0;

  constructor(options: AnthropicUpstreamOptions) {
    this.#options = options;
    this.#server.on("connection", (socket) => {
      socket.setNoDelay(true);
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on("request", (incoming, outgoing) => {
      void this.#serve(incoming, outgoing);
    });
    this.#server.on("checkContinue", (incoming, outgoing) => {
      outgoing.writeContinue();
      void this.#serve(incoming, outgoing);
    });
  }

  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    this.#server.listen(0, "127.0.0.1", resolve);
    await promise;
  }

  get port(): number {
    const address: string | AddressInfo | null = this.#server.address();
    if (address === null || typeof address === "string")
      throw new Error("upstream is not listening");
    return address.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  ofKind(kind: RequestKind): RecordedRequest[] {
    return this.#requests.filter((request) => requestKind(request) === kind);
  }

  on(matcher: RequestMatcher, responder: Responder): void {
    this.#rules.unshift({ matcher, responder });
  }

  queue(matcher: RequestMatcher, ...responders: readonly Responder[]): void {
    this.#queued.push(...responders.map((responder) => ({ matcher, responder })));
  }

  async waitForRequest(
    matcher: RequestMatcher,
    options: { readonly timeoutMs?: number; readonly after?: number } = {},
  ): Promise<RecordedRequest> {
    const known = this.#requests
      .slice(options.after ?? 0)
      .find((request) => request.bodyComplete && matches(matcher, request));
    if (known !== undefined) return known;
    const timeoutMs = options.timeoutMs ?? 30_000;
    const { promise, resolve, reject } = Promise.withResolvers<RecordedRequest>();
    const waiter = { matcher, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => {
      reject(new Error(`no matching request within ${timeoutMs} ms; seen: ${this.#seen()}`));
    }, timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  async waitForEnd(request: RecordedRequest, timeoutMs = 30_000): Promise<void> {
    const { promise, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      reject(new Error(`the request was still open after ${timeoutMs} ms`));
    }, timeoutMs);
    await Promise.race([request.closed, promise]).finally(() => clearTimeout(timer));
  }

  async waitForBytes(request: RecordedRequest, count: number, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (request.bytesAnswered < count) {
      if (Date.now() > deadline || request.ending !== undefined) {
        throw new Error(`only ${request.bytesAnswered} of ${count} bytes were answered`);
      }
      await sleep(10);
    }
  }

  reset(): void {
    this.#requests = [];
    this.#rules = [];
    this.#queued = [];
  }

  openConnections(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #seen(): string {
    return this.#requests.map((request) => `${request.method} ${request.target}`).join(", ");
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = new RecordedRequest({
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      httpVersion: incoming.httpVersion,
      rawHeaders: incoming.rawHeaders,
      remotePort: incoming.socket.remotePort ?? 0,
    });
    this.#requests.push(request);
    this.#serial += 1;
    const serial = this.#serial;
    outgoing.once("close", () =>
      request.finish(outgoing.writableFinished ? "complete" : "peer_left"),
    );
    outgoing.on("error", () => request.finish("peer_left"));
    try {
      await this.#readBody(incoming, request);
    } catch {
      request.finish("peer_left");
      return;
    }
    for (const waiter of this.#waiters) {
      if (matches(waiter.matcher, request)) waiter.resolve(request);
    }
    const answer = await this.#responderFor(request)(request, serial);
    await this.#deliver(answer, request, outgoing);
  }

  async #readBody(incoming: IncomingMessage, request: RecordedRequest): Promise<void> {
    const chunks: Buffer[] = [];
    const keep = this.#options.keepBodies !== false;
    for await (const chunk of incoming) {
      if (keep && Buffer.isBuffer(chunk)) chunks.push(chunk);
    }
    request.body = Buffer.concat(chunks);
    request.bodyComplete = true;
  }

  #responderFor(request: RecordedRequest): Responder {
    const index = this.#queued.findIndex((rule) => matches(rule.matcher, request));
    const [queued] = index < 0 ? [] : this.#queued.splice(index, 1);
    if (queued !== undefined) return queued.responder;
    const rule = this.#rules.find((candidate) => matches(candidate.matcher, request));
    return rule?.responder ?? this.#usual(request);
  }

  #usual(request: RecordedRequest): Responder {
    const kind = this.#options.keepBodies === false ? "main" : requestKind(request);
    switch (kind) {
      case "main":
      case "subagent":
      case "plain":
      case "websearch":
      case "webfetch":
      case "quota":
        return message({ content: [text(this.#options.text ?? "Hello from the upstream.")] });
      case "title":
        return message({ content: [text('{"title":"A session"}')] });
      case "classifier":
        return message({ content: [text("<block>no")], stopReason: "stop_sequence" });
      case "count_tokens":
        return json(200, { input_tokens: 4242 });
      case "models":
        return models(this.#options.models ?? DEFAULT_MODELS);
      case "hello":
        return json(200, {});
      case "other":
        return failure(404, `Not found: ${request.method} ${request.target}`);
    }
  }

  async #deliver(
    answer: Answer,
    request: RecordedRequest,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { delivery } = answer;
    const writes = bodyWrites(answer);
    const total = writes.reduce((sum, write) => sum + write.length, 0);
    await delivery.beforeHead;
    if (delivery.headDelayMs !== undefined) await sleep(delivery.headDelayMs);
    if (outgoing.destroyed) return;
    if (delivery.breakBeforeHead !== undefined) {
      await breakOff(outgoing, request, delivery.breakBeforeHead === "reset");
      return;
    }
    for (const hints of delivery.interim ?? []) outgoing.writeInformation(103, hints);
    const headers = [...answer.headers, ...(this.#options.headers ?? [])];
    if (delivery.gzip === true) headers.push("Content-Encoding", "gzip");
    if (delivery.contentLength === true) headers.push("Content-Length", String(total));
    writeHead(outgoing, answer, headers);
    if (request.method === "HEAD") {
      outgoing.end();
      return;
    }
    outgoing.flushHeaders();
    await this.#sendBody(writes, answer, request, outgoing);
  }

  async #sendBody(
    writes: readonly Buffer[],
    { delivery }: Answer,
    request: RecordedRequest,
    outgoing: ServerResponse,
  ): Promise<void> {
    const { resetAfterBytes, cutAfterBytes, stallAfterBytes } = delivery;
    const stop = Math.min(...[resetAfterBytes, cutAfterBytes].map((at) => at ?? Infinity));
    let stalled = false;
    for (const [index, whole] of writes.entries()) {
      if (index > 0 && delivery.pieceDelayMs !== undefined) await sleep(delivery.pieceDelayMs);
      for (const write of splitBuffer(whole, request.bytesAnswered, [stop, stallAfterBytes])) {
        if (outgoing.destroyed) return;
        if (!stalled && stallAfterBytes !== undefined && request.bytesAnswered >= stallAfterBytes) {
          stalled = true;
          await (delivery.resume ?? request.closed);
          if (outgoing.destroyed) return;
        }
        if (request.bytesAnswered >= stop) break;
        request.bytesAnswered += write.length;
        await written(outgoing, write);
      }
    }
    if (!stalled && stallAfterBytes !== undefined && request.bytesAnswered >= stallAfterBytes) {
      await (delivery.resume ?? request.closed);
      if (outgoing.destroyed) return;
    }
    if (Number.isFinite(stop)) await breakOff(outgoing, request, resetAfterBytes !== undefined);
    else outgoing.end();
  }
}

function writeHead(outgoing: ServerResponse, answer: Answer, headers: string[]): void {
  if (answer.statusMessage === undefined) outgoing.writeHead(answer.status, headers);
  else outgoing.writeHead(answer.status, answer.statusMessage, headers);
}

async function breakOff(
  outgoing: ServerResponse,
  request: RecordedRequest,
  reset: boolean,
): Promise<void> {
  const { socket } = outgoing;
  if (socket === null) return;
  await sleep(SETTLE_MS);
  request.finish("broken_off");
  if (reset) socket.resetAndDestroy();
  else socket.destroySoon();
}

/** Splits a write so that the given absolute body offsets fall between writes. */
function splitBuffer(
  write: Buffer,
  startOffset: number,
  stops: readonly (number | undefined)[],
): Buffer[] {
  const cuts = stops
    .filter((stop) => stop !== undefined)
    .map((stop) => stop - startOffset)
    .filter((cut) => cut > 0 && cut < write.length)
    .toSorted((a, b) => a - b);
  const parts: Buffer[] = [];
  let from = 0;
  for (const cut of [...cuts, write.length]) {
    if (cut > from) parts.push(write.subarray(from, cut));
    from = cut;
  }
  return parts;
}

async function written(outgoing: ServerResponse, write: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  outgoing.once("close", resolve);
  outgoing.write(write, () => resolve());
  await promise;
  outgoing.off("close", resolve);
}

function matches(matcher: RequestMatcher, request: RecordedRequest): boolean {
  return typeof matcher === "function" ? matcher(request) : requestKind(request) === matcher;
}
