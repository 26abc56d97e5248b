import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bytes } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { startRawUpstream, step } from "../upstream/raw.ts";
import { openRawClient } from "../upstream/raw-client.ts";
import { isObject } from "../upstream/request-kind.ts";
import { drainBody, pour, startFlood } from "./flood.ts";
import {
  call,
  dechunk,
  events,
  eventually,
  finishedEvent,
  hasProc,
  idOf,
  MEBIBYTE,
  rssBytes,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

let upstream: AnthropicUpstream;
let gateway: Gateway;
const scope = new AsyncDisposableStack();

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
});

after(() => scope.disposeAsync());

/** Sends a body; says what the upstream got. */
async function bodyAsSeen(body: Buffer | string, fields: readonly string[] = []): Promise<Buffer> {
  upstream.reset();
  upstream.on(() => true, bytes(200, "application/json", ["{}"]));
  using client = await sendRaw(gateway, body, { fields });
  assert.ok(await client.until((got) => got.includes("\r\n\r\n")), client.text());
  assert.match(client.text(), /^HTTP\/1\.1 200 /);
  const [seen] = upstream.requests;
  assert.ok(seen !== undefined);
  return seen.body;
}

const ODD_BODIES: readonly (readonly [string, string | Buffer])[] = [
  [
    "numbers as written",
    '{"model":"m","max_tokens":1.0,"temperature":1e0,"x":-0,"y":10.50,"z":1E400}',
  ],
  ["white space and order", '\n{ "z" : 1 ,\t"model":\r\n"m", "a": [ ] }\n\n'],
  [
    "unknown fields, betas and blocks",
    '{"model":"m","safeguards":{"mode":"x"},"future":{"a":[{"type":"new_block"}]},"messages":[{"role":"system","content":"s"},{"role":"martian"}]}',
  ],
  ["escapes as written", '{"model":"\\u006d","x":"\\/\\ud800\\u00e9é","\\u0073tream":true}'],
  ["duplicate keys", '{"model":"a","model":"b","stream":false,"stream":true}'],
  [
    "prototype keys",
    '{"model":"m","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}',
  ],
  ["invalid JSON", '{"model":"m", stream: yes}'],
  ["half a JSON", '{"model":"m","stream":tr'],
  ["no JSON", "hello"],
  ["JSON of another shape", "[1,2,3]"],
  ["nothing at all", ""],
  ["one NUL", "\u0000"],
  ["a byte order mark", Buffer.from("\ufeff{}", "utf8")],
  ["invalid UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc3, 0x28, 0x22, 0x7d])],
  ["deep nesting", `{"model":"m","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
  [
    "a million keys",
    `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",")},"model":"m"}`,
  ],
  ["a long number", `{"x":${"9".repeat(1_000_000)},"model":"m"}`],
  [
    "an image of 3 MB",
    `{"model":"m","messages":[{"content":[{"source":{"data":"${"A".repeat(3_000_000)}"}}]}]}`,
  ],
];

describe("C-08: request bodies pass byte for byte", () => {
  for (const [name, body] of ODD_BODIES) {
    it(`C-08: ${name}`, async () => {
      assert.ok((await bodyAsSeen(body)).equals(Buffer.from(body)));
    });
  }

  it("C-08: random bytes, for any path", async () => {
    const body = randomBytes(100_000);
    assert.ok((await bodyAsSeen(body, ["Content-Type: application/octet-stream"])).equals(body));
  });

  it("C-08: chunked bodies, however they are cut", async () => {
    for (const size of [5, 20_000]) {
      upstream.reset();
      const body = Buffer.from(`{"model":"m","x":"${"é".repeat(size)}"}`);
      using client = await openRawClient(gateway.port);
      client.send(
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
      );
      for (let at = 0; at < body.length; at += 997) {
        const piece = body.subarray(at, at + 997);
        client.send(`${piece.length.toString(16)}\r\n`);
        client.send(piece);
        client.send("\r\n");
      }
      client.send("0\r\nX-Trailer: smuggled\r\n\r\n");
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      const [seen] = upstream.requests;
      assert.ok(seen !== undefined && seen.body.equals(body));
      assert.doesNotMatch(seen.rawHeaders.join(), /smuggled/);
    }
  });
});

describe("S1-007/S1-008: method, target and fields pass", () => {
  for (const [method, path] of [
    ["POST", "/v1/messages?beta=true"],
    ["POST", "/v1/messages?beta=true&x=%2f%C3%A9&&=;#"],
    ["GET", "/v1/models?limit=1000"],
    ["GET", "/v1/models/claude-opus-5-5%5B1m%5D"],
    ["HEAD", "/"],
    ["HEAD", "/api/hello"],
    ["GET", "/api/hello"],
    ["POST", "/api/event_logging/batch"],
    ["POST", "/v1/messages/batches"],
    ["GET", "/v1/messages/batches/msgbatch_1/results"],
    ["POST", "/v1/files"],
    ["DELETE", "/v1/files/file_1"],
    ["PUT", "/anything/at/all"],
    ["PATCH", "/v9/x"],
    ["OPTIONS", "/v1/messages"],
    ["PROPFIND", "/dav"],
  ] as const) {
    it(`S1-008: ${method} ${path}`, async () => {
      upstream.reset();
      upstream.on(() => true, bytes(207, "text/x", ["answer"], ["X-A", "1", "x-a", "2"]));
      using client = await openRawClient(gateway.port);
      const target = path.replace("#", "");
      client.send(
        `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nX-B: 1\r\nX-b: 2\r\nContent-Length: 0\r\n\r\n`,
      );
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      const [seen] = upstream.requests;
      assert.ok(seen !== undefined);
      assert.equal(seen.method, method);
      assert.equal(seen.target, target);
      assert.deepEqual(seen.headers("x-b"), ["1", "2"]);
      assert.match(client.text(), /^HTTP\/1\.1 207 [^]*\r\nX-A: 1\r\nx-a: 2\r\n/);
    });
  }

  it("S1-007: only framing, hop-by-hop, host and the gateway's own fields differ", async () => {
    upstream.reset();
    using client = await sendRaw(gateway, "{}", {
      fields: [
        "anthropic-beta: future-2030-01-01,other",
        "Anthropic-Version: 2099-01-01",
        "anthropic-beta: second",
        "User-Agent: claude-cli/2.1.329 (external, cli)",
        "x-stainless-Retry-Count: 0",
        "X-Empty:",
        "x-latin: gr\u00fc\u00df",
        "X-Claude-Code-Session-Id: s",
        "accept-encoding: gzip, deflate, br, zstd",
        "Connection: keep-alive",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "Proxy-Authorization: Basic x",
        "X-Spillway-Odd: 1",
      ],
    });
    assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
    const [seen] = upstream.requests;
    assert.ok(seen !== undefined);
    const pairs = seen.rawHeaders.flatMap((name, at) =>
      at % 2 === 0 && !/^(?:host|connection|content-length)$/i.test(name)
        ? [`${name}: ${seen.rawHeaders[at + 1]}`]
        : [],
    );
    assert.deepEqual(pairs, [
      "anthropic-beta: future-2030-01-01,other",
      "Anthropic-Version: 2099-01-01",
      "anthropic-beta: second",
      "User-Agent: claude-cli/2.1.329 (external, cli)",
      "x-stainless-Retry-Count: 0",
      "X-Empty: ",
      "x-latin: gr\u00fc\u00df",
      "X-Claude-Code-Session-Id: s",
      "accept-encoding: gzip, deflate, br, zstd",
    ]);
    assert.equal(seen.header("host"), new URL(upstream.url).host);
  });
});

describe("S4-14: the alias /anthropic", () => {
  for (const [path, target] of [
    ["/anthropic/v1/messages?beta=true", "/v1/messages?beta=true"],
    ["/anthropic", "/"],
    ["/anthropic/", "/"],
    ["/anthropic/v1/models", "/v1/models"],
    ["/anthropic/health", "/health"],
    ["/anthropic/anthropic/x", "/anthropic/x"],
  ] as const) {
    it(`S4-14: ${path} is ${target}`, async () => {
      upstream.reset();
      await call(gateway, { path, method: "POST", body: STREAM_BODY });
      assert.equal(upstream.requests[0]?.target, target);
    });
  }
});

describe("C-08: answers pass byte for byte", () => {
  const answers: readonly (readonly [string, readonly Buffer[]])[] = [
    ["invalid UTF-8", [Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xc0, 0x0a, 0x0a])]],
    ["nothing", []],
    ["NUL bytes", [Buffer.alloc(5_000)]],
    ["random bytes", [randomBytes(200_000)]],
  ];
  for (const [name, pieces] of answers) {
    for (const type of ["text/event-stream", "application/json", "x/y"]) {
      it(`C-08: ${name} as ${type}`, async () => {
        upstream.reset();
        upstream.queue("plain", bytes(200, type, pieces));
        const answer = await call(gateway, { body: STREAM_BODY });
        assert.ok(answer.body.equals(Buffer.concat(pieces)));
        assert.equal(answer.complete, true);
        assert.equal(answer.headers["content-type"], type);
      });
    }
  }

  // U+00FC as latin1, as UTF-8, and alone: what a byte means is not the gateway's to say.
  for (const [name, odd] of [
    ["ASCII", "Odd"],
    ["latin1", "gr\u00fc\u00df"],
    ["UTF-8", Buffer.from("gr\u00fc\u00df").toString("latin1")],
  ] as const) {
    for (const [when, pause] of [
      ["with the body", []],
      ["before the body", [step.wait(60)]],
    ] as const) {
      it(`C-08: fields pass with case, order, repetition and ${name} bytes, ${when}`, async () => {
        const fields = `Set-Cookie: a=1\r\nX-ODD: ${odd}\r\nset-cookie: b=2\r\nRetry-After: 3\r\n`;
        await using raw = await startRawUpstream([
          step.readHead,
          step.readBody,
          step.write(
            Buffer.from(`HTTP/1.1 418 Odd Reason\r\n${fields}content-length: 1\r\n\r\n`, "latin1"),
          ),
          ...pause,
          step.write("x"),
          step.end,
        ]);
        await using fresh = await startTestGateway(raw.url);
        using client = await sendRaw(fresh);
        assert.ok(await client.until((got) => got.includes("\r\n\r\nx")));
        assert.ok(client.text().startsWith(`HTTP/1.1 418 Odd Reason\r\n${fields}`), client.text());
      });
    }

    it(`C-08: a reason in ${name} passes`, async () => {
      await using raw = await startRawUpstream([
        step.readHead,
        step.readBody,
        step.write(Buffer.from(`HTTP/1.1 200 ${odd}\r\ncontent-length: 1\r\n\r\nx`, "latin1")),
        step.end,
      ]);
      await using fresh = await startTestGateway(raw.url);
      using client = await sendRaw(fresh);
      assert.ok(await client.until((got) => got.includes("\r\n\r\n")));
      assert.match(client.text(), /^HTTP\/1\.1 200 /);
      // The HTTP client reads reasons as UTF-8, so that other bytes cannot be had back.
      if (name !== "latin1") assert.ok(client.text().startsWith(`HTTP/1.1 200 ${odd}\r\n`));
    });
  }

  it("C-09: unknown events and blocks pass, and are billed from the usage beside them", async () => {
    const body = [
      'event: message_start\ndata: {"type":"message_start","message":{"model":"claude-opus-5-5","usage":{"input_tokens":7,"output_tokens":1,"future_tokens":3}}}\n\n',
      'event: telepathy_start\ndata: {"type":"telepathy_start","x":[1.0,{"y":null}]}\n\n',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"hologram"}}\n\n',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"enlightened","safeguard_results":[{"type":"x"}]},"usage":{"output_tokens":9}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ].join("");
    upstream.reset();
    upstream.queue("plain", bytes(200, "text/event-stream", [body]));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.equal(answer.body.toString(), body);
    const record = await finishedEvent(gateway, idOf(answer));
    assert.equal(record["stop_reason"], "enlightened");
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["input"], 7);
    assert.equal(record["tokens"]["output"], 9);
  });
});

/** One stream in many spellings; each tells of 12 tokens in and 42 out. */
const START =
  '{"type":"message_start","message":{"model":"claude-opus-5-5","usage":{"input_tokens":12,"output_tokens":1}}}';
const DELTA =
  '{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":42}}';
const STOP = '{"type":"message_stop"}';

describe("U-03/U-04: odd event streams pass byte for byte and are read all the same", () => {
  const spellings: readonly (readonly [string, string | Buffer])[] = [
    ["CR only", `data: ${START}\r\rdata: ${DELTA}\r\rdata: ${STOP}\r\r`],
    [
      "CRLF",
      `event: message_start\r\ndata: ${START}\r\n\r\ndata: ${DELTA}\r\n\r\ndata: ${STOP}\r\n\r\n`,
    ],
    ["mixed line ends", `data: ${START}\r\n\ndata: ${DELTA}\n\r\ndata: ${STOP}\n\n`],
    ["a byte order mark", `\ufeffdata: ${START}\n\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`],
    ["no space after the colon", `data:${START}\n\ndata:${DELTA}\n\ndata:${STOP}\n\n`],
    [
      "lines without a colon",
      `garbage\nretry\ndata: ${START}\n\n\n\nid\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`,
    ],
    [
      "comments",
      `${": keep\n".repeat(5_000)}\ndata: ${START}\n\n: x\n\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`,
    ],
    [
      "data over several lines",
      `data: {"type":"message_start",\ndata: "message":{"model":"claude-opus-5-5","usage":{"input_tokens":12}}}\n\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`,
    ],

    [
      "lone surrogates",
      `data: ${START}\n\ndata: {"type":"x","t":"\\ud800"}\n\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`,
    ],
  ];
  for (const [name, spelling] of spellings) {
    it(`U-03: ${name}`, async () => {
      const body = Buffer.from(spelling);
      upstream.reset();
      upstream.queue("plain", bytes(200, "text/event-stream", [body], [], { splitEvery: 7_000 }));
      const answer = await call(gateway, { body: STREAM_BODY });
      assert.ok(answer.body.equals(body));
      const record = await finishedEvent(gateway, idOf(answer));
      assert.ok(isObject(record["tokens"]));
      assert.equal(record["tokens"]["input"], 12);
      assert.equal(record["tokens"]["output"], 42);
    });
  }

  it("U-03: without the blank line at its end the last event is no event, but its bytes pass", async () => {
    const body = `data: ${START}\n\ndata: ${DELTA}\n\ndata: ${STOP}\n`;
    upstream.reset();
    upstream.queue("plain", bytes(200, "text/event-stream", [body]));
    const answer = await call(gateway, { body: STREAM_BODY });
    assert.equal(answer.body.toString(), body);
    const record = await finishedEvent(gateway, idOf(answer));
    assert.ok(isObject(record["tokens"]));
    assert.equal(record["tokens"]["output"], 42);
  });

  it("U-03/U-04: any split of the bytes, inside characters too", async () => {
    const start = START.replace("claude-opus-5-5", "claude-opus-5-5\u{1f600}é");
    const body = Buffer.from(`data: ${start}\r\n\r\ndata: ${DELTA}\n\ndata: ${STOP}\n\n`);
    upstream.reset();
    for (let first = 1; first <= 60; first += 1) {
      const at = Math.floor((body.length * first) / 61);
      upstream.queue(
        "plain",
        bytes(200, "text/event-stream", [body], [], { splitAt: [at, at + 1] }),
      );
    }
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => call(gateway, { body: STREAM_BODY })),
    );
    assert.ok(answers.every((answer) => answer.body.equals(body)));
    const ids = new Set(answers.map(idOf));
    const records = await eventually(async () => {
      const mine = (await events(gateway)).filter(
        ({ id, finish }) => finish !== null && ids.has(String(id)),
      );
      return mine.length === 60 ? mine : undefined;
    }, "60 records");
    for (const record of records) {
      assert.ok(isObject(record["tokens"]));
      assert.equal(record["tokens"]["output"], 42);
      assert.equal(record["model"], "claude-opus-5-5\u{1f600}é");
    }
  });
});

/** Uploads `total` bytes as fast as they are taken. */
async function upload(
  port: number,
  options: { readonly path: string; readonly total: number; readonly chunked: boolean },
): Promise<{ readonly status: number; readonly hash: string; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    readonly status: number;
    readonly body: string;
  }>();
  const outgoing = request(
    {
      port,
      host: "127.0.0.1",
      agent: false,
      method: "POST",
      path: options.path,
      headers: options.chunked
        ? { "transfer-encoding": "chunked" }
        : { "content-length": options.total },
    },
    (incoming) => {
      let body = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
      incoming.on("error", reject);
    },
  );
  outgoing.on("error", reject);
  const hash = createHash("sha256");
  const block = Buffer.alloc(64 * 1024, "q");
  block.write('{"model":"claude-opus-5-5","stream":true,"x":"');
  for (let left = options.total; left > 0; left -= block.length) {
    const piece = block.subarray(0, Math.min(left, block.length));
    hash.update(piece);
    if (!outgoing.write(piece)) {
      const drained = Promise.withResolvers<void>();
      outgoing.once("drain", drained.resolve);
      await Promise.race([drained.promise, promise]);
    }
  }
  outgoing.end();
  return { ...(await promise), hash: hash.digest("hex") };
}

describe("C-07: large bodies", { skip: !hasProc }, () => {
  it("C-07: an upstream that answers before it has read gets the whole of a chunked body", async () => {
    const hash = createHash("sha256");
    await using flood = await startFlood(async (response, incoming) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      await sleep(300);
      for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) hash.update(chunk);
      response.end("{}");
    });
    await using fresh = await startTestGateway(flood.url);
    const total = 40 * MEBIBYTE;
    const sent = await upload(fresh.port, { path: "/v1/messages", total, chunked: true });
    assert.equal(sent.status, 200);
    assert.equal(hash.digest("hex"), sent.hash);
  });

  for (const [name, path, chunked] of [
    ["declared", "/v1/messages", false],
    ["chunked", "/v1/messages", true],
    ["declared, on a path that needs no body", "/v1/files", false],
    ["chunked, on a path that needs no body", "/v1/files", true],
  ] as const) {
    it(`C-07/S1-006: 150 MB, ${name}, stream through in bounded memory`, async () => {
      const hash = createHash("sha256");
      let framing = "";
      await using flood = await startFlood(async (response, incoming) => {
        framing = incoming.headers["content-length"] ?? incoming.headers["transfer-encoding"] ?? "";
        for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) hash.update(chunk);
        response.end("{}");
      });
      await using fresh = await startTestGateway(flood.url);
      await call(fresh, { method: "GET", path: "/health" });
      const start = await rssBytes(fresh.pid);
      const total = 150 * MEBIBYTE;
      const { status, hash: sent, body } = await upload(fresh.port, { path, total, chunked });
      const growth = (await rssBytes(fresh.pid)) - start;
      assert.equal(status, 200, body);
      assert.equal(hash.digest("hex"), sent);
      assert.equal(framing, chunked ? "chunked" : String(total));
      // A chunked body is held until it is larger than limits.body, 32 MB, and then passed on.
      assert.ok(growth < (chunked && path === "/v1/messages" ? 140 : 100) * MEBIBYTE, `${growth}`);
    });
  }

  it("C-07: a body of 10 MB is held once, and given back", async () => {
    const held: string[] = [];
    await using flood = await startFlood(async (response, incoming) => {
      await drainBody(incoming);
      held.push((await call(fresh, { method: "GET", path: "/metrics" })).body.toString());
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      await sleep(50);
      held.push((await call(fresh, { method: "GET", path: "/metrics" })).body.toString());
      await pour(response, "{}");
      response.end();
    });
    const fresh = await startTestGateway(flood.url);
    await using _ = fresh;
    await upload(fresh.port, { path: "/v1/messages", total: 10 * MEBIBYTE, chunked: false });
    assert.match(held[0] ?? "", /^spillway_held_bytes 10485760$/m);
    assert.match(held[1] ?? "", /^spillway_held_bytes 0$/m);
  });

  it("R10: chunked bodies above limits.body count as held until they have gone upstream", async () => {
    const over = Promise.withResolvers<void>();
    await using stuck = await startRawUpstream([
      step.stopReading,
      step.until(over.promise),
      step.reset,
    ]);
    const { startGateway } = await import("../upstream/gateway.ts");
    await using tight = await startGateway({
      upstreamUrl: stuck.url,
      config: "limits:\n  body: 8MB\n  heldBytes: 16MB\n  loopDelay: 30s\n",
    });
    // More than the operating system takes off the gateway's hands on one connection.
    const frame = Buffer.concat([
      Buffer.from("100000\r\n"),
      Buffer.alloc(MEBIBYTE, " "),
      Buffer.from("\r\n"),
    ]);
    using clients = new DisposableStack();
    let refusal = "";
    for (let i = 0; i < 12 && refusal === ""; i += 1) {
      const client = clients.use(await openRawClient(tight.port));
      client.send(
        "POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
      );
      for (let sent = 0; sent < 9; sent += 1) client.send(frame);
      await client.until((got) => got.includes("held_bodies_full"), 400);
      refusal = client.text();
    }
    assert.match(refusal, /^HTTP\/1\.1 503 [^]*held_bodies_full/);
    const heldBytes = async (): Promise<number> => {
      const page = (await call(tight, { method: "GET", path: "/metrics" })).body.toString();
      return Number(/^spillway_held_bytes (\d+)$/m.exec(page)?.[1]);
    };
    const held = await heldBytes();
    assert.ok(held > 0 && held <= 16 * MEBIBYTE, `${held}`);
    over.resolve();
    await eventually(async () => ((await heldBytes()) === 0 ? true : undefined), "nothing held");
  });

  it("R10: held bodies beyond limits.heldBytes are a 503 with retry-after", async () => {
    const gate = Promise.withResolvers<void>();
    await using flood = await startFlood(async (response, incoming) => {
      await drainBody(incoming);
      await gate.promise;
      response.end("{}");
    });
    const { startGateway } = await import("../upstream/gateway.ts");
    await using tight = await startGateway({
      upstreamUrl: flood.url,
      config: "limits:\n  body: 1MB\n  heldBytes: 2MB\n  loopDelay: 30s\n",
    });
    const body = `{"model":"m","x":"${"x".repeat(900_000)}"}`;
    const first = [call(tight, { body }), call(tight, { body })];
    await eventually(
      async () => ((await flood.openConnections()) === 2 ? true : undefined),
      "both",
    );
    const refused = await call(tight, { body });
    assert.equal(refused.status, 503);
    assert.match(refused.body.toString(), /held_bodies_full/);
    assert.ok(Number(refused.headers["retry-after"]) >= 1);
    gate.resolve();
    for (const answer of await Promise.all(first)) assert.equal(answer.status, 200);
    assert.equal((await call(tight, { body })).status, 200);
  });
});

describe("keep-alive", () => {
  it("one client connection carries many exchanges, each with its own answer", async () => {
    upstream.reset();
    using client = await openRawClient(gateway.port);
    for (let i = 0; i < 3; i += 1) {
      upstream.queue("plain", bytes(200, "application/json", [`{"n":${i}}`]));
      const from = client.received().length;
      client.send(
        `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${STREAM_BODY.length}\r\n\r\n${STREAM_BODY}`,
      );
      assert.ok(await client.until((got) => got.subarray(from).includes("0\r\n\r\n")));
      assert.equal(dechunk(client.text().slice(from)).body, `{"n":${i}}`);
    }
  });
});
