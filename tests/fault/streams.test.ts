import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bytes, json, message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { encodeEvent, event, messageEvents, text } from "../upstream/messages.ts";
import { startRawUpstream, step } from "../upstream/raw.ts";
import { openRawClient } from "../upstream/raw-client.ts";
import { isObject } from "../upstream/request-kind.ts";
import { drainBody, pour, startFlood } from "./flood.ts";
import {
  allEvents,
  call,
  events,
  eventually,
  explain,
  finishedEvent,
  hasProc,
  idOf,
  MEBIBYTE,
  MEMORY_REPORTS,
  newestEvent,
  PLAIN_BODY,
  requestBytes,
  retainedBytes,
  rssBytes,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

const CONTENT = { content: [text("y".repeat(4_000))], pieceLength: 40 };
const EVENTS = messageEvents(CONTENT, "claude-opus-5-5", "msg_1").map(encodeEvent);
const SIZE = Buffer.concat(EVENTS).length;
/** Tokens of the delivered text at a quarter of its bytes; more than the provider's own 42. */
const FINAL_OUTPUT = 1_000;

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(
    await startTestGateway(upstream.url, { config: "timeouts:\n  abortedRead: 1s" }),
  );
});

after(() => scope.disposeAsync());

/** Leaves in one of the ways in which clients leave. */
const LEAVES = {
  "a reset": (client: Awaited<ReturnType<typeof sendRaw>>) => client.reset(),
  "a half close": (client: Awaited<ReturnType<typeof sendRaw>>) => client.halfClose(),
  "a close": (client: Awaited<ReturnType<typeof sendRaw>>) => client[Symbol.dispose](),
} as const;

/** The upstream saw the end of its connection soon after the client had left. */
async function assertClosedSoon(index: number, leftAt: number): Promise<void> {
  const seen = upstream.requests[index];
  assert.ok(seen !== undefined);
  await eventually(() => (seen.closedAt === undefined ? undefined : true), "the upstream's close");
  assert.ok((seen.closedAt ?? 0) - leftAt <= 1_000, "the upstream was closed too late");
}

describe("C-01: a client that leaves a stream", () => {
  for (const [how, leave] of Object.entries(LEAVES)) {
    for (const percent of [5, 50, 99]) {
      it(`C-01: ${how} at ${percent} %: the upstream is closed, what was seen is billed`, async () => {
        const stallAfterBytes = Math.floor((SIZE * percent) / 100);
        upstream.reset();
        upstream.queue("plain", message({ ...CONTENT, id: "msg_1" }, { stallAfterBytes }));
        const client = await sendRaw(gateway, STREAM_BODY);
        // Chunk sizes come on top, so that this many bytes of the connection are fewer of the body.
        assert.ok(await client.until((got) => got.includes("message_start")));
        if (percent > 5) assert.ok(await client.until((got) => got.length >= stallAfterBytes));
        const id = idOf(client.text());
        const leftAt = Date.now();
        leave(client);
        await assertClosedSoon(0, leftAt);
        const record = await finishedEvent(gateway, id);
        assert.equal(record["finish"], "client_gone");
        assert.equal(record["error_source"], "client");
        assert.equal(record["usage_source"], "estimated");
        assert.ok(isObject(record["tokens"]));
        assert.equal(record["tokens"]["input"], 12);
        const output = Number(record["tokens"]["output"]);
        assert.ok(output >= 1 && output <= FINAL_OUTPUT, `output ${output}`);
        if (percent === 50) assert.ok(output > FINAL_OUTPUT * 0.4, `output ${output}`);
        assert.ok(Number(record["cost_nano_usd"]) > 0);
        assert.equal(upstream.requests.length, 1);
        client[Symbol.dispose]();
      });
    }

    it(`C-01: ${how} before the head: the upstream is closed, the usage is unknown`, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      upstream.reset();
      upstream.queue("plain", message(CONTENT, { beforeHead: promise }));
      const known = await events(gateway);
      const client = await sendRaw(gateway, STREAM_BODY);
      await upstream.waitForRequest("plain");
      const leftAt = Date.now();
      leave(client);
      await assertClosedSoon(0, leftAt);
      const record = await newestEvent(gateway, known);
      assert.equal(record["finish"], "client_gone");
      assert.equal(record["status"], null);
      assert.equal(record["usage_source"], "unknown");
      assert.equal(record["cost_nano_usd"], null);
      client[Symbol.dispose]();
      resolve();
    });
  }

  it("C-01: leaving right after the last byte changes nothing", async () => {
    upstream.reset();
    const client = await sendRaw(gateway, STREAM_BODY);
    assert.ok(await client.until((got) => got.includes("\r\n0\r\n\r\n")));
    client.reset();
    const record = await finishedEvent(gateway, idOf(client.text()));
    assert.equal(record["finish"], "complete");
    assert.equal(record["usage_source"], "provider");
  });

  it("C-01: a held request body that never comes to its end reaches no upstream", async () => {
    upstream.reset();
    const known = await events(gateway);
    const whole = requestBytes(STREAM_BODY);
    using client = await openRawClient(gateway.port);
    client.send(whole.subarray(0, whole.length - 5));
    await sleep(50);
    client.reset();
    await sleep(100);
    assert.equal(upstream.requests.length, 0);
    assert.equal((await events(gateway)).length, known.length);
  });

  it("C-01: leaving in the middle of an upload that streams through is the client's doing", async () => {
    upstream.reset();
    const known = await events(gateway);
    using client = await openRawClient(gateway.port);
    client.send("POST /v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n\r\n");
    client.send(Buffer.alloc(300_000));
    await eventually(() => upstream.requests[0], "the upload's beginning upstream");
    await sleep(50);
    const leftAt = Date.now();
    client.reset();
    await assertClosedSoon(0, leftAt);
    const record = await newestEvent(gateway, known);
    assert.equal(record["finish"], "client_gone");
    assert.equal(record["error_source"], "client");
    assert.equal(record["operation"], "files");
  });
});

describe("R15: a client that leaves an answer without streaming", () => {
  it("R15: the answer is read to its end and billed in full", async () => {
    const gate = Promise.withResolvers<void>();
    upstream.reset();
    upstream.queue("plain", message(CONTENT, { beforeHead: gate.promise }));
    const known = await events(gateway);
    const client = await sendRaw(gateway, PLAIN_BODY);
    const seen = await upstream.waitForRequest("plain");
    client.reset();
    await sleep(100);
    assert.equal(seen.closedAt, undefined);
    gate.resolve();
    const record = await newestEvent(gateway, known);
    assert.equal(seen.aborted, false);
    assert.equal(record["finish"], "client_gone");
    assert.equal(record["usage_source"], "provider");
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["output"], 42);
  });

  it("R15: after the time for that the upstream is closed, and the usage is unknown", async () => {
    upstream.reset();
    upstream.queue("plain", message(CONTENT, { stallAfterBytes: 10 }));
    const client = await sendRaw(gateway, PLAIN_BODY);
    assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
    const id = idOf(client.text());
    const leftAt = Date.now();
    client.reset();
    const record = await finishedEvent(gateway, id);
    assert.ok(Date.now() - leftAt >= 900);
    assert.equal(record["finish"], "client_gone");
    assert.equal(record["usage_source"], "unknown");
    await eventually(() => upstream.requests[0]?.closedAt, "the upstream's close");
  });

  it("R15: what is not billed is not read on", async () => {
    upstream.reset();
    upstream.queue("count_tokens", json(200, { input_tokens: 3 }, [], { stallAfterBytes: 3 }));
    const client = await sendRaw(gateway, PLAIN_BODY, { path: "/v1/messages/count_tokens" });
    assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
    const leftAt = Date.now();
    client.reset();
    await assertClosedSoon(0, leftAt);
    assert.ok((upstream.requests[0]?.closedAt ?? 0) - leftAt < 900);
  });
});

describe("C-04: many streams at once", () => {
  it("C-04: 500 streams with an event each now and then lose none of them, one record each", async () => {
    const rounds = 8;
    await using flood = await startFlood(async (response, incoming) => {
      await drainBody(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const portion = Math.ceil(EVENTS.length / rounds);
      for (let from = 0; from < EVENTS.length; from += portion) {
        response.write(Buffer.concat(EVENTS.slice(from, from + portion)));
        await sleep(200);
      }
      response.end();
    });
    await using fresh = await startTestGateway(flood.url);
    const answers = await Promise.all(
      Array.from({ length: 500 }, () =>
        call(fresh, { path: "/v1/messages", body: STREAM_BODY, timeoutMs: 60_000 }),
      ),
    );
    const whole = Buffer.concat(EVENTS);
    assert.ok(answers.every(({ status, body }) => status === 200 && body.equals(whole)));
    const ids = new Set(answers.map(idOf));
    const records = await eventually(async () => {
      const all = await allEvents(fresh);
      return all.every(({ finish }) => finish !== null) ? all : undefined;
    }, "finished records");
    assert.equal(records.length, 500);
    assert.ok(records.every(({ id, finish }) => ids.has(String(id)) && finish === "complete"));
  });
});

describe("C-02: many clients that leave at once", () => {
  it("C-02: 500 streams: every upstream is closed, one record each", async () => {
    upstream.reset();
    upstream.on("plain", message(CONTENT, { stallAfterBytes: 600 }));
    const clients = await Promise.all(Array.from({ length: 500 }, () => sendRaw(gateway)));
    const started = await Promise.all(
      clients.map((client) => client.until((got) => got.includes("message_start"), 20_000)),
    );
    assert.ok(started.every(Boolean));
    assert.match(await metricsPage(), /^spillway_open_streams 500$/m);
    const ids = new Set(clients.map((client) => idOf(client.text())));
    const leftAt = Date.now();
    for (const client of clients) client.reset();
    for (const seen of upstream.requests) {
      await eventually(() => seen.closedAt, "an upstream's close");
      assert.ok((seen.closedAt ?? 0) - leftAt <= 20_000);
    }
    const records = await eventually(async () => {
      const mine = (await allEvents(gateway)).filter((record) => ids.has(String(record["id"])));
      return mine.length === 500 && mine.every((record) => record["finish"] !== null)
        ? mine
        : undefined;
    }, "500 finished records");
    assert.ok(records.every((record) => record["finish"] === "client_gone"));
    assert.equal(new Set(records.map((record) => record["id"])).size, 500);
    assert.match(await metricsPage(), /^spillway_open_streams 0$/m);
    assert.match(await metricsPage(), /^spillway_held_bytes 0$/m);
  });
});

async function metricsPage(): Promise<string> {
  return (await call(gateway, { method: "GET", path: "/metrics" })).body.toString();
}

describe("C-03: one client id on many requests", () => {
  it("C-03: each is an exchange of its own with one settlement", async () => {
    upstream.reset();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        call(gateway, {
          body: STREAM_BODY,
          headers: {
            "x-client-request-id": "same",
            "idempotency-key": "same",
            "x-spillway-request-id": "spx_forged",
            "request-id": "same",
          },
        }),
      ),
    );
    const ids = answers.map(idOf);
    assert.equal(new Set(ids).size, 10);
    assert.equal(upstream.requests.length, 10);
    assert.ok(upstream.requests.every((seen) => seen.header("idempotency-key") === "same"));
    for (const id of ids) {
      await finishedEvent(gateway, id);
      const { ledger } = await explain(gateway, id);
      assert.ok(Array.isArray(ledger));
      const legs = ledger.filter(isObject).map(({ leg }) => leg);
      assert.equal(legs.filter((leg) => leg === "settle").length, 1);
      for (const { lines } of ledger.filter(isObject)) {
        assert.ok(Array.isArray(lines));
        const amounts = lines.filter(isObject).map((line) => Number(line["amount_nano_usd"]));
        assert.equal(
          amounts.reduce((sum, amount) => sum + amount, 0),
          0,
        );
      }
    }
  });
});

describe("S1-009: streams are passed on as they come", () => {
  it("S1-009: an event is with the client before the next one is sent, comments and pings too", async () => {
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const pieces = [": warm\n\n", encodeEvent(event("ping", {})), "data: half", " of it\n\n"];
    await using flood = await startFlood(async (response, incoming) => {
      await drainBody(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      for (const [index, piece] of pieces.entries()) {
        await gates[index]?.promise;
        response.write(piece);
      }
      response.end();
    });
    await using direct = await startTestGateway(flood.url);
    using client = await sendRaw(direct);
    assert.ok(await client.until((got) => got.includes("\r\n\r\n")), "the head comes alone");
    for (const [index, piece] of pieces.entries()) {
      gates[index]?.resolve();
      assert.ok(
        await client.until((got) => got.includes(Buffer.from(piece).subarray(0, 6)), 2_000),
        `piece ${index} is held back`,
      );
    }
  });
});

/** Reads an answer's body as a hash and a length. */
async function hashAnswer(port: number, body: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly hash: string;
    readonly length: number;
    readonly id: string;
  }>();
  const outgoing = request(
    { port, host: "127.0.0.1", agent: false, method: "POST", path: "/v1/messages" },
    (incoming) => {
      const hash = createHash("sha256");
      let length = 0;
      incoming.on("data", (chunk: Buffer) => {
        hash.update(chunk);
        length += chunk.length;
      });
      incoming.on("end", () =>
        resolve({
          hash: hash.digest("hex"),
          length,
          id: String(incoming.headers["x-spillway-request-id"]),
        }),
      );
      incoming.on("error", reject);
    },
  );
  outgoing.on("error", reject);
  outgoing.end(body);
  return await promise;
}

/** The most resident memory above that of the beginning while something runs. */
async function growthDuring<T>(
  pid: number,
  body: () => Promise<T>,
): Promise<{ readonly value: T; readonly growthBytes: number }> {
  const start = await rssBytes(pid);
  let peak = start;
  let running = true;
  const watch = (async () => {
    while (running) {
      peak = Math.max(peak, await rssBytes(pid));
      await sleep(10);
    }
  })();
  const value = await body();
  running = false;
  await watch;
  return { value, growthBytes: peak - start };
}

describe("U-05: events of extreme size", { skip: !hasProc }, () => {
  const HEAD = encodeEvent(
    event("message_start", { message: { model: "claude-opus-5-5", usage: { input_tokens: 12 } } }),
  );
  const TAIL = Buffer.concat([
    encodeEvent(event("message_delta", { delta: {}, usage: { output_tokens: 42 } })),
    encodeEvent(event("message_stop", {})),
  ]);

  async function pass(pieces: readonly Buffer[]) {
    const hash = createHash("sha256");
    let length = 0;
    for (const piece of pieces) {
      hash.update(piece);
      length += piece.length;
    }
    await using flood = await startFlood(async (response, incoming) => {
      await drainBody(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const piece of pieces) await pour(response, piece);
      response.end();
    });
    await using fresh = await startTestGateway(flood.url);
    for (let i = 0; i < 5; i += 1) await call(fresh, { method: "GET", path: "/health" });
    const { value, growthBytes } = await growthDuring(fresh.pid, () =>
      hashAnswer(fresh.port, STREAM_BODY),
    );
    assert.equal(value.length, length);
    assert.equal(value.hash, hash.digest("hex"));
    return { growthBytes, record: await finishedEvent(fresh, value.id) };
  }

  it("U-05: one event of 64 MB passes unparsed in bounded memory; the usage after it is read", async () => {
    const block = Buffer.alloc(MEBIBYTE, "z");
    const { growthBytes, record } = await pass([
      HEAD,
      Buffer.from('event: content_block_delta\ndata: {"type":"content_block_delta","x":"'),
      ...Array.from({ length: 64 }, () => block),
      Buffer.from('"}\n\n'),
      TAIL,
    ]);
    assert.ok(growthBytes < 48 * MEBIBYTE, `grew by ${growthBytes}`);
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["output"], 42);
  });

  it("U-05: 200,000 tiny events pass in bounded memory", async () => {
    const thousand = Buffer.concat(
      Array.from({ length: 1_000 }, () => Buffer.from("data: {}\n\n")),
    );
    const { growthBytes, record } = await pass([
      HEAD,
      ...Array.from({ length: 200 }, () => thousand),
      TAIL,
    ]);
    assert.ok(growthBytes < 48 * MEBIBYTE, `grew by ${growthBytes}`);
    assert.equal(record["usage_source"], "provider");
  });

  it("U-05: a flood of comments, and of empty lines, is no memory either", async () => {
    const comments = Buffer.from(`: ${"c".repeat(1_000)}\n`.repeat(1_000));
    const empty = Buffer.alloc(MEBIBYTE, "\n");
    const { growthBytes, record } = await pass([
      HEAD,
      ...Array.from({ length: 16 }, () => comments),
      Buffer.from("\n"),
      ...Array.from({ length: 8 }, () => empty),
      TAIL,
    ]);
    assert.ok(growthBytes < 48 * MEBIBYTE, `grew by ${growthBytes}`);
    assert.equal(record["usage_source"], "provider");
  });
});

describe("C-05: clients that read slowly", { skip: !hasProc }, () => {
  it("C-05: hold their upstream back, cost little memory, and nobody else notices", async () => {
    const block = Buffer.from(`data: ${"b".repeat(65_000)}\n\n`);
    const total = 60 * MEBIBYTE;
    const STREAMS = 50;
    let poured = 0;
    await using flood = await startFlood(async (response, incoming) => {
      const isSlow = incoming.headers["x-slow"] !== undefined;
      await drainBody(incoming);
      response.writeHead(200, { "content-type": "text/event-stream" });
      if (!isSlow) {
        response.end("data: {}\n\n");
        return;
      }
      for (let sent = 0; sent < total; sent += block.length) {
        if (!(await pour(response, block))) return;
        poured += block.length;
      }
      response.end();
    });
    await using fresh = await startTestGateway(flood.url, { env: MEMORY_REPORTS });
    const atRest = await retainedBytes(fresh);
    const slow: { readonly outgoing: ClientRequest; readonly incoming: IncomingMessage }[] = [];
    await Promise.all(
      Array.from({ length: STREAMS }, async () => {
        const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
        const outgoing = request(
          {
            port: fresh.port,
            host: "127.0.0.1",
            agent: false,
            method: "POST",
            path: "/v1/messages",
            headers: { "x-slow": "1" },
          },
          resolve,
        );
        outgoing.on("error", reject);
        outgoing.end(STREAM_BODY);
        const incoming = await promise;
        incoming.on("error", () => {});
        slow.push({ outgoing, incoming });
      }),
    );
    const standing = await eventually(
      async () => {
        const earlier = poured;
        await sleep(300);
        return poured === earlier ? poured : undefined;
      },
      "the upstreams stand still",
      60_000,
    );
    // Kernel buffers on both connections hold ten megabytes or so of each stream; the rest has to wait.
    assert.ok(standing < (STREAMS * total) / 2, `${standing} of ${STREAMS * total} were taken`);
    for (let i = 0; i < 20; i += 1) {
      assert.equal((await call(fresh, { body: STREAM_BODY })).status, 200);
    }
    const held = (await retainedBytes(fresh)) - atRest;
    assert.ok(held < STREAMS * MEBIBYTE, `${held} bytes are held`);
    const [first] = slow;
    assert.ok(first !== undefined);
    let length = 0;
    for await (const chunk of first.incoming) if (Buffer.isBuffer(chunk)) length += chunk.length;
    assert.equal(length, Math.ceil(total / block.length) * block.length);
    for (const { outgoing } of slow) outgoing.destroy();
    await eventually(
      async () => (flood.abandoned === STREAMS - 1 ? true : undefined),
      "the other upstreams are closed",
    );
  });
});

describe("errors inside a stream", () => {
  it("U-06: an upstream's own error event passes as it is, and is on record", async () => {
    upstream.reset();
    const stream = [
      encodeEvent(EVENT_START),
      encodeEvent(event("error", { error: { type: "overloaded_error", message: "Overloaded" } })),
    ];
    upstream.queue("plain", bytes(200, "text/event-stream", stream));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.deepEqual(answer.body, Buffer.concat(stream));
    assert.equal(answer.complete, true);
    const record = await finishedEvent(gateway, idOf(answer));
    assert.equal(record["error_code"], "overloaded_error");
    assert.equal(record["error_source"], "upstream");
  });

  it("R5: nothing is added to a broken answer of declared length, so that it does not look whole", async () => {
    const start = encodeEvent(
      event("message_start", { message: { model: "claude-opus-5-5", usage: { input_tokens: 1 } } }),
    );
    const declared = start.length + 60;
    const cut = Promise.withResolvers<void>();
    await using broken = await startRawUpstream([
      step.readHead,
      step.readBody,
      step.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${declared}\r\n\r\n`,
      ),
      step.write(start),
      step.until(cut.promise),
      step.reset,
    ]);
    await using own = await startTestGateway(broken.url);
    using client = await sendRaw(own);
    assert.ok(await client.until((got) => got.includes("message_start")));
    cut.resolve();
    assert.ok(await client.closedWithin(20_000));
    const [, body] = client.text().split("\r\n\r\n", 2);
    assert.match(client.text(), new RegExp(`content-length: ${declared}`, "i"));
    assert.equal(body, start.toString());
    const record = await finishedEvent(own, idOf(client.text()));
    assert.equal(record["finish"], "upstream_lost");
    assert.equal(record["error_source"], "upstream");
  });
});

const EVENT_START = event("message_start", {
  message: { model: "claude-opus-5-5", usage: { input_tokens: 1, output_tokens: 1 } },
});
