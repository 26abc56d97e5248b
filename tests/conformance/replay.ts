import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { Answer, Delivery } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { at, type Exchange, headerOf, isRecord } from "./exchange.ts";
import { KeepAliveClient, type ProgressListener, type WireAnswer } from "./keep-alive-client.ts";
import {
  comparableRequestHeaders,
  comparableResponseHeaders,
  expectedRequestHeaders,
} from "./passed-on.ts";

/** An exchange after it went through the gateway. */
export interface Replayed {
  readonly exchange: Exchange;
  /** The last request that the upstream saw of it. */
  readonly seen: RecordedRequest;
  readonly answer: WireAnswer;
  /** The gateway's id of it. */
  readonly id: string;
}

/** A running gateway between an upstream that replays recordings and a client that sends their requests. */
export class Replay implements AsyncDisposable {
  readonly gateway: Gateway;
  readonly #upstream: AnthropicUpstream;
  readonly #client: KeepAliveClient;
  #current: { readonly exchange: Exchange; readonly delivery: Delivery } | undefined;

  private constructor(gateway: Gateway, upstream: AnthropicUpstream) {
    this.gateway = gateway;
    this.#upstream = upstream;
    this.#client = new KeepAliveClient(gateway.port);
    upstream.on(
      () => true,
      () => this.#answer(),
    );
  }

  static async open(): Promise<Replay> {
    const upstream = await startAnthropicUpstream();
    try {
      return new Replay(await startGateway({ upstreamUrl: upstream.url }), upstream);
    } catch (error) {
      await upstream.close();
      throw error;
    }
  }

  /** How many connections the client needed so far. */
  get connectionsOpened(): number {
    return this.#client.connectionsOpened;
  }

  async send(
    exchange: Exchange,
    delivery: Delivery = {},
    onProgress?: ProgressListener,
  ): Promise<Replayed> {
    const before = this.#upstream.requests.length;
    this.#current = { exchange, delivery };
    const { method, target, headers, body } = exchange.request;
    const request = { method, target, headers: this.#toGateway(headers), body };
    const answer = await this.#client.send(request, onProgress);
    const seen = this.#upstream.requests.slice(before).at(-1);
    assert.ok(
      seen,
      `${exchange.name}: nothing reached the upstream; the client got ${answer.status} ${answer.body.toString("utf8", 0, 300)}`,
    );
    const id = headerOf(answer.headers, "x-spillway-request-id") ?? "";
    return { exchange, seen, answer, id };
  }

  /** The records of these exchanges, by the gateway's ids, once all of them are finished. */
  async records(ids: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const wanted = new Set(ids);
    const deadline = Date.now() + 10_000;
    for (;;) {
      const records = new Map<string, unknown>();
      for (let before = ""; ; ) {
        const page = await this.gateway.api(
          `/me/activity/events?limit=200${before === "" ? "" : `&before=${before}`}`,
        );
        const events = at(page, "events");
        assert.ok(Array.isArray(events));
        for (const event of events) {
          const id = at(event, "id");
          if (typeof id === "string" && wanted.has(id) && at(event, "finished_at") !== null) {
            records.set(id, event);
          }
        }
        const next = at(page, "next_before");
        if (typeof next !== "string") break;
        before = next;
      }
      if (records.size === wanted.size || Date.now() > deadline) return records;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client[Symbol.dispose]();
    await this.gateway[Symbol.asyncDispose]();
    await this.#upstream.close();
  }

  #answer(): Answer {
    assert.ok(this.#current, "the upstream was asked for something that no client had sent");
    const { exchange, delivery } = this.#current;
    const { status, reason, headers, body, reset } = exchange.response;
    const isStream = (headerOf(headers, "content-type") ?? "").includes("event-stream");
    return {
      status: status ?? 500,
      ...(reason === undefined ? {} : { statusMessage: reason }),
      headers,
      pieces: body.length === 0 ? [] : [body],
      stream: isStream,
      delivery: {
        // Everything but a stream was framed by its length when it was recorded.
        ...(isStream || status === 204 ? {} : { contentLength: true }),
        ...(status === undefined ? { breakBeforeHead: "reset" as const } : {}),
        ...(status !== undefined && reset ? { resetAfterBytes: body.length } : {}),
        ...delivery,
      },
    };
  }

  /** A client names the gateway as its host; everything else is as recorded. */
  #toGateway(headers: readonly string[]): string[] {
    return headers.map((value, index) =>
      index % 2 === 1 && headers[index - 1]?.toLowerCase() === "host"
        ? `127.0.0.1:${this.gateway.port}`
        : value,
    );
  }
}

/** What went up and what came back is what was recorded, body by hash, fields one by one. */
export function assertByteExact({ exchange, seen, answer, id }: Replayed): void {
  const { request, response, name } = exchange;
  assert.equal(seen.method, request.method, name);
  assert.equal(seen.target, request.target.replace(/^\/anthropic(?=\/)/, ""), name);
  assert.equal(hash(seen.body), hash(request.body), `${name}: the request body`);
  assert.deepEqual(
    comparableRequestHeaders(seen.rawHeaders),
    expectedRequestHeaders(request),
    `${name}: the request's fields`,
  );
  if (response.status === undefined || response.reset) return assertBroken(exchange, answer);
  assert.equal(answer.complete, true, `${name}: the answer is complete`);
  assert.equal(answer.status, response.status, name);
  if (response.reason !== undefined) assert.equal(answer.reason, response.reason, name);
  const expectedBody = request.method === "HEAD" ? Buffer.alloc(0) : response.body;
  assert.equal(hash(answer.body), hash(expectedBody), `${name}: the response body`);
  assert.deepEqual(
    comparableResponseHeaders(answer.headers),
    comparableResponseHeaders(response.headers),
    `${name}: the response's fields`,
  );
  assert.match(id, /^spx_/, name);
  const source = headerOf(answer.headers, "x-spillway-error-source");
  assert.equal(source, response.status >= 400 ? "upstream" : undefined, name);
}

/** What the upstream never finished is never finished towards the client, and nothing is left out before the break. */
function assertBroken({ name, response }: Exchange, answer: WireAnswer): void {
  if (response.status === undefined) {
    assert.equal(answer.status, 502, name);
    assert.equal(headerOf(answer.headers, "x-spillway-error-source"), "gateway", name);
    return;
  }
  assert.equal(answer.complete, false, `${name}: a broken answer must not look whole`);
  assert.equal(
    hash(answer.body.subarray(0, response.body.length)),
    hash(response.body),
    `${name}: what came before the break`,
  );
}

/** Token figures of a record, in the order in which expectations name them. */
export function tokensOfRecord(record: unknown): unknown {
  const tokens = at(record, "tokens");
  assert.ok(isRecord(tokens));
  return {
    source: at(record, "usage_source"),
    input: tokens["input"],
    cacheRead: tokens["cache_read"],
    cacheWrite: tokens["cache_write"],
    output: tokens["output"],
  };
}

export function hash(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
