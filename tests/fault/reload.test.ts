import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, gzipSync } from "node:zlib";
import { message } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, nodeBinary } from "../upstream/gateway.ts";
import { encodeEvent, event, messageEvents, text } from "../upstream/messages.ts";
import { startRawUpstream, step } from "../upstream/raw.ts";
import { openRawClient } from "../upstream/raw-client.ts";
import { isObject } from "../upstream/request-kind.ts";
import {
  allEvents,
  call,
  dechunk,
  eventually,
  type Fields,
  finishedEvent,
  idOf,
  PLAIN_BODY,
  PROGRAM,
  requestBytes,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

const LONG = { content: [text("l".repeat(2_000))] };
const BASE = "limits:\n  loopDelay: 30s\n";

async function withConfigFile(body: (file: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "spillway-reload-"));
  try {
    const file = join(directory, "spillway.yaml");
    await writeFile(file, BASE, { mode: 0o600 });
    await body(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Replaces the file in one step, as editors do: half a file may well be a valid one. */
async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function statusFor(gateway: Gateway, host: string): Promise<number> {
  return (await call(gateway, { method: "GET", path: "/health", headers: { host } })).status;
}

function logLines(gateway: Gateway, name: string): number {
  return gateway.stdout().split(`"event":"${name}"`).length - 1;
}

describe("F-01: reloads under load", () => {
  it("F-01: 20 reloads under 200 open streams and steady requests: nothing fails", async () => {
    await withConfigFile(async (file) => {
      const gate = Promise.withResolvers<void>();
      await using upstream = await startAnthropicUpstream();
      upstream.on(
        (seen) => seen.header("x-long") !== undefined,
        message(LONG, { stallAfterBytes: 700, resume: gate.promise }),
      );
      await using gateway = await startTestGateway(upstream.url, {
        env: { SPILLWAY_CONFIG: file },
      });
      const streams = await Promise.all(
        Array.from({ length: 200 }, () => sendRaw(gateway, STREAM_BODY, { fields: ["x-long: 1"] })),
      );
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("message_start"), 20_000));
      }
      let over = false;
      const statuses: number[] = [];
      const steady = Array.from({ length: 4 }, async () => {
        while (!over) statuses.push((await call(gateway, { body: PLAIN_BODY })).status);
      });
      for (let edit = 0; edit < 20; edit += 1) {
        await replace(file, `${BASE}listener:\n  hosts: [edit-${edit}.test]\n`);
        if (edit % 2 === 0) process.kill(gateway.pid, "SIGHUP");
        await eventually(
          async () => ((await statusFor(gateway, `edit-${edit}.test`)) === 200 ? true : undefined),
          `edit ${edit} in force`,
        );
        if (edit > 0) assert.equal(await statusFor(gateway, `edit-${edit - 1}.test`), 403);
      }
      over = true;
      await Promise.all(steady);
      assert.ok(statuses.length > 20);
      assert.deepEqual(
        statuses.filter((status) => status !== 200),
        [],
      );
      gate.resolve();
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("\r\n0\r\n\r\n"), 10_000));
        assert.ok(dechunk(stream.text()).body.includes("message_stop"));
        stream[Symbol.dispose]();
      }
      const rows = await eventually(async () => {
        const all = await allEvents(gateway);
        return all.every(({ finish }) => finish !== null) ? all : undefined;
      }, "the end of every exchange");
      assert.ok(rows.every(({ finish }) => finish === "complete"));
    });
  });
});

describe("F-02: a configuration that is wrong", () => {
  const WRONG: readonly (readonly [string, string, RegExp])[] = [
    ["no YAML", "listener: [", /line|yaml|flow/i],
    ["an unknown key", "listner:\n  port: 1\n", /listner.*listener/],
    ["a wrong unit", "timeouts:\n  idle: 180\n", /timeouts\.idle/],
    ["a wrong proxy", "egress:\n  proxy: ftp://x\n", /egress\.proxy/],
    ["a prototype key", "__proto__:\n  polluted: 1\n", /__proto__|unknown|not known/],
    ["an alias bomb", `a: &a [x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nlistener: *c\n`, /./],
    ["a negative price", 'prices:\n  claude-x:\n    input: "-1"\n', /prices/],
  ];

  it("F-02: is named with path and reason, and the last good one goes on", async () => {
    await withConfigFile(async (file) => {
      await using upstream = await startAnthropicUpstream();
      await writeFile(file, `${BASE}listener:\n  hosts: [good.test]\n`);
      await using gateway = await startTestGateway(upstream.url, {
        env: { SPILLWAY_CONFIG: file },
      });
      for (const [name, wrong, expected] of WRONG) {
        const known = logLines(gateway, "config.refused");
        const from = gateway.stdout().length;
        await replace(file, wrong);
        process.kill(gateway.pid, "SIGHUP");
        await eventually(
          () => (logLines(gateway, "config.refused") > known ? true : undefined),
          `a refusal of ${name}`,
        );
        assert.match(gateway.stdout().slice(from), expected, name);
        assert.equal(await statusFor(gateway, "good.test"), 200);
        assert.equal((await call(gateway, { body: STREAM_BODY })).status, 200);
      }
      await rm(file);
      process.kill(gateway.pid, "SIGHUP");
      await sleep(300);
      assert.equal(await statusFor(gateway, "good.test"), 200);
      await replace(file, `${BASE}listener:\n  hosts: [better.test]\n`);
      await eventually(
        async () => ((await statusFor(gateway, "better.test")) === 200 ? true : undefined),
        "the repaired file is in force",
      );
    });
  });

  for (const [name, wrong, expected] of WRONG) {
    it(`F-02: at start, ${name} is a readable line and an exit`, async () => {
      await withConfigFile(async (file) => {
        await writeFile(file, wrong);
        const { status, output } = startOnce({ SPILLWAY_CONFIG: file });
        assert.equal(status, 1, output);
        assert.match(output, expected);
        assert.doesNotMatch(output, /\n\s+at .*\.ts:\d+/);
      });
    });
  }
});

/** Starts the program in the expectation that it refuses. */
function startOnce(env: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly output: string;
} {
  const directory = join(tmpdir(), `spillway-once-${process.pid}-${Math.random()}`);
  const { status, stdout, stderr } = spawnSync(nodeBinary(), [PROGRAM, "serve"], {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: directory,
      PORT: "0",
      SPILLWAY_DATA_DIR: join(directory, "data"),
      SPILLWAY_ANTHROPIC_URL: "http://127.0.0.1:9",
      ...env,
    },
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: stdout + stderr };
}

describe("F-03: security files that cannot be used", () => {
  it("F-03: a missing CA file, or one without a certificate, refuses the start", async () => {
    await withConfigFile(async (file) => {
      const empty = `${file}.pem`;
      await writeFile(empty, "nothing");
      for (const path of ["/does/not/exist.pem", empty]) {
        await writeFile(file, `egress:\n  extraCa: ${path}\n`);
        const { status, output } = startOnce({ SPILLWAY_CONFIG: file });
        assert.equal(status, 1, output);
        assert.match(output, /egress\.extraCa/);
        assert.ok(output.includes(path));
      }
    });
  });

  it("F-03: a proxy secret that is missing refuses the start", async () => {
    await withConfigFile(async (file) => {
      for (const reference of ["env:NOT_SET_ANYWHERE", "file:/does/not/exist"]) {
        await writeFile(file, `egress:\n  proxy: "${reference}"\n`);
        const { status, output } = startOnce({ SPILLWAY_CONFIG: file });
        assert.equal(status, 1, output);
        assert.match(output, /egress\.proxy/);
      }
    });
  });

  it("F-03: a damaged install key refuses the start in a readable line", async () => {
    const directory = await mkdtemp(join(tmpdir(), "spillway-key-"));
    try {
      await mkdir(join(directory, "data"), { mode: 0o700 });
      await writeFile(join(directory, "data/install.key"), "\n");
      const { status, output } = startOnce({ SPILLWAY_DATA_DIR: join(directory, "data") });
      assert.equal(status, 1, output);
      assert.match(output, /install\.key/);
      assert.doesNotMatch(output, /\n\s+at .*\.ts:\d+/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it("F-03: a named configuration file that is missing refuses the start", () => {
    const { status, output } = startOnce({ SPILLWAY_CONFIG: "/does/not/exist.yaml" });
    assert.equal(status, 1, output);
    assert.match(output, /\/does\/not\/exist\.yaml/);
  });
});

/** Answers that had begun ended for our own reason. A start closes forgotten ones as well, but knows no reason. */
function assertDrained(rows: readonly Fields[]): void {
  for (const row of rows) {
    const { finish, error_code: code, error_source: source } = row;
    assert.deepEqual(
      { finish, code, source },
      { finish: "indeterminate", code: "draining", source: "gateway" },
    );
  }
}

/** One chunk of a compressed stream that takes a while to read. */
function compressedEvents(): Buffer {
  const start = encodeEvent(
    event("message_start", {
      message: { model: "claude-opus-5-5", usage: { input_tokens: 12, output_tokens: 1 } },
    }),
  );
  const delta = encodeEvent(
    event("content_block_delta", {
      index: 0,
      delta: { type: "text_delta", text: "word ".repeat(30) },
    }),
  );
  const plain = Buffer.concat([start, ...Array.from({ length: 20_000 }, () => delta)]);
  const packed = gzipSync(plain, { finishFlush: constants.Z_SYNC_FLUSH, level: 1 });
  return Buffer.concat([Buffer.from(`${packed.length.toString(16)}\r\n`), packed, CRLF]);
}

const CRLF = Buffer.from("\r\n");

describe("F-04: shutdown", () => {
  it("F-04: SIGTERM stops accepting, what runs goes to its end, and the exit is 0", async () => {
    const gate = Promise.withResolvers<void>();
    await using upstream = await startAnthropicUpstream();
    upstream.on("plain", message(LONG, { stallAfterBytes: 700, resume: gate.promise }));
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-drain-"));
    try {
      await using gateway = await startTestGateway(upstream.url, { dataDir });
      const idle = await openRawClient(gateway.port);
      idle.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assert.ok(await idle.until((got) => got.includes("ok")));
      const streams = await Promise.all(Array.from({ length: 50 }, () => sendRaw(gateway)));
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("message_start")));
      }
      const plain = await sendRaw(gateway, PLAIN_BODY);
      const uploading = await openRawClient(gateway.port);
      const whole = requestBytes(STREAM_BODY);
      uploading.send(whole.subarray(0, whole.length - 4));
      await eventually(() => (upstream.requests.length === 51 ? true : undefined), "all requests");

      const exit = gateway.stop("SIGTERM");
      await eventually(async () => {
        try {
          using late = await openRawClient(gateway.port);
          late.halfClose();
          return undefined;
        } catch {
          return true;
        }
      }, "new connections are refused");
      uploading.send(whole.subarray(whole.length - 4));
      await sleep(200);
      gate.resolve();
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("\r\n0\r\n\r\n")), "a stream was cut");
        assert.ok(dechunk(stream.text()).body.includes("message_stop"));
      }
      assert.ok(await plain.until((got) => got.includes("end_turn")), "an answer was cut");
      assert.ok(
        await uploading.until((got) => got.includes("message_stop") || got.includes('"draining"')),
        `a request under way got ${JSON.stringify(uploading.text())}`,
      );
      const finishedAt = Date.now();
      assert.equal(await exit, 0, gateway.stderr());
      assert.ok(Date.now() - finishedAt < 20_000, "the exit came late");
      for (const client of [...streams, plain, uploading, idle]) client[Symbol.dispose]();

      await using again = await startTestGateway(upstream.url, { dataDir });
      const rows = await allEvents(again);
      assert.ok(rows.length >= 51);
      assert.deepEqual(
        rows.filter(({ finish }) => finish !== "complete"),
        [],
      );
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: an upload that began before the signal has the whole grace as well", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startTestGateway(upstream.url);
    using client = await openRawClient(gateway.port);
    const whole = requestBytes(STREAM_BODY);
    client.send(whole.subarray(0, whole.length - 4));
    await sleep(100);
    const exit = gateway.stop("SIGTERM");
    // Longer than cut streams are given to say why.
    await sleep(5_500);
    client.send(whole.subarray(whole.length - 4));
    assert.ok(await client.until((got) => got.includes("message_stop")), client.text());
    assert.equal(await exit, 0);
  });

  it("F-04: a kept-alive connection learns that the process is going", async () => {
    const gate = Promise.withResolvers<void>();
    await using upstream = await startAnthropicUpstream();
    upstream.on("plain", message(LONG, { stallAfterBytes: 700, resume: gate.promise }));
    await using gateway = await startTestGateway(upstream.url);
    using stream = await sendRaw(gateway);
    assert.ok(await stream.until((got) => got.includes("message_start")));
    // A connection on which a request has begun is not idle, so that it outlives the listening socket.
    using kept = await openRawClient(gateway.port);
    kept.send("GET /ready HTTP/1.1\r\nHost: local");
    await sleep(100);
    const exit = gateway.stop("SIGTERM");
    await sleep(200);
    kept.send("host\r\n\r\n");
    assert.ok(await kept.until((got) => got.includes("\r\n\r\n")), "no answer");
    assert.match(kept.text(), /^HTTP\/1\.1 503 [^]*draining/);
    gate.resolve();
    assert.equal(await exit, 0);
    assert.ok(stream.text().includes("message_stop"));
  });

  it("F-04: at the end of the grace streams end with an error event and are settled, and the exit is 0", async () => {
    await using upstream = await startAnthropicUpstream();
    // Cut at an event's end for some, inside one for the others.
    upstream.on("plain", message(LONG, { stallAfterBytes: 900 }));
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-grace-"));
    try {
      await using gateway = await startTestGateway(upstream.url, {
        dataDir,
        config: "timeouts:\n  drain: 500ms",
      });
      const atBoundary = Buffer.concat(
        messageEvents(LONG, "claude-opus-5-5", "msg_1").slice(0, 5).map(encodeEvent),
      ).length;
      upstream.queue("plain", message({ ...LONG, id: "msg_1" }, { stallAfterBytes: atBoundary }));
      const boundary = await sendRaw(gateway);
      assert.ok(await boundary.until((got) => got.includes("message_start")));
      const streams = await Promise.all(Array.from({ length: 20 }, () => sendRaw(gateway)));
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("message_start")));
      }
      await sleep(100);
      const waiting = await sendRaw(gateway, PLAIN_BODY);
      upstream.on("plain", message(LONG, { stallAfterBytes: 0 }));
      const startedAt = Date.now();
      assert.equal(await gateway.stop("SIGTERM"), 0, gateway.stderr());
      assert.ok(Date.now() - startedAt >= 450);
      const { body, ended } = dechunk(boundary.text());
      assert.equal(ended, false);
      assert.match(body, /event: error\ndata: \{"type":"error".*draining.*\}\n\n$/);
      for (const stream of streams) assert.equal(dechunk(stream.text()).ended, false);
      const id = idOf(boundary.text());
      for (const client of [...streams, boundary, waiting]) client[Symbol.dispose]();

      await using again = await startTestGateway(upstream.url, { dataDir });
      const rows = await allEvents(again);
      assert.equal(rows.length, 22);
      assertDrained(rows);
      const record = await finishedEvent(again, id);
      assert.equal(record["usage_source"], "estimated");
      assert.ok(isObject(record["tokens"]));
      assert.equal(record["tokens"]["input"], 12);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: encoded streams that are still being read at the cut have their end on record", async () => {
    const count = 12;
    const gate = Promise.withResolvers<void>();
    await using upstream = await startRawUpstream([
      step.readHead,
      step.readBody,
      step.write(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n",
      ),
      step.until(gate.promise),
      step.write(compressedEvents()),
      step.hang,
    ]);
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-encoded-"));
    try {
      await using gateway = await startTestGateway(upstream.url, {
        dataDir,
        config: "timeouts:\n  drain: 600ms",
      });
      const streams = await Promise.all(Array.from({ length: count }, () => sendRaw(gateway)));
      for (const stream of streams) {
        assert.ok(await stream.until((got) => got.includes("\r\n\r\n")));
      }
      const exit = gateway.stop("SIGTERM");
      await sleep(550);
      gate.resolve();
      assert.equal(await exit, 0, gateway.stderr());
      for (const stream of streams) {
        assert.equal(dechunk(stream.text()).ended, false);
        stream[Symbol.dispose]();
      }
      await using again = await startTestGateway(upstream.url, { dataDir });
      const rows = await allEvents(again);
      assert.equal(rows.length, count);
      assertDrained(rows);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: an upload that completes after the cut is not sent to the upstream", async () => {
    await using upstream = await startAnthropicUpstream();
    upstream.on("plain", message(LONG, { stallAfterBytes: 700 }));
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-late-"));
    try {
      await using gateway = await startTestGateway(upstream.url, {
        dataDir,
        config: "timeouts:\n  drain: 300ms",
      });
      using running = await sendRaw(gateway);
      assert.ok(await running.until((got) => got.includes("message_start")));
      using late = await openRawClient(gateway.port);
      const whole = requestBytes(STREAM_BODY);
      late.send(whole.subarray(0, whole.length - 4));
      await sleep(100);
      const exit = gateway.stop("SIGTERM");
      assert.ok(await running.closedWithin(20_000), "the running stream was not cut");
      late.send(whole.subarray(whole.length - 4));
      assert.ok(await late.until((got) => got.includes('"error"')), late.text());
      assert.match(late.text(), /^HTTP\/1\.1 503 [^]*\(draining\)/);
      assert.equal(await exit, 0, gateway.stderr());
      assert.equal(upstream.requests.length, 1);

      await using again = await startTestGateway(upstream.url, { dataDir });
      const unsent = (await allEvents(again)).filter(({ status }) => status === 503);
      assert.deepEqual(
        unsent.map((row) => [row["finish"], row["error_code"], row["usage_source"]]),
        [["complete", "draining", "none"]],
      );
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: a client that had left before the cut is on record as gone, not as lost upstream", async () => {
    await using upstream = await startAnthropicUpstream();
    const never = Promise.withResolvers<void>();
    upstream.on("plain", message(LONG, { beforeHead: never.promise }));
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-gone-"));
    try {
      await using gateway = await startTestGateway(upstream.url, {
        dataDir,
        config: "timeouts:\n  drain: 300ms",
      });
      const client = await sendRaw(gateway, PLAIN_BODY);
      const seen = await upstream.waitForRequest("plain");
      client.reset();
      await sleep(100);
      assert.equal(seen.closedAt, undefined, "the answer was not read on");
      assert.equal(await gateway.stop("SIGTERM"), 0, gateway.stderr());
      await using again = await startTestGateway(upstream.url, { dataDir });
      const [record] = await allEvents(again);
      assert.equal(record?.["finish"], "client_gone");
    } finally {
      never.resolve();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: a second SIGTERM ends at once; the next start closes what was open", async () => {
    await using upstream = await startAnthropicUpstream();
    upstream.on("plain", message(LONG, { stallAfterBytes: 700 }));
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-second-"));
    try {
      await using gateway = await startTestGateway(upstream.url, { dataDir });
      using stream = await sendRaw(gateway);
      assert.ok(await stream.until((got) => got.includes("message_start")));
      const exit = gateway.stop("SIGTERM");
      await eventually(
        () => (logLines(gateway, "gateway.draining") === 1 ? true : undefined),
        "draining",
      );
      // Terminals and package managers deliver one signal twice; only a later one is a second.
      await sleep(1_500);
      process.kill(gateway.pid, "SIGTERM");
      const code = await Promise.race([exit, sleep(20_000, "still running")]);
      assert.ok(code !== 0 && code !== "still running", String(code));
      assert.ok(await stream.closedWithin(20_000));
      assert.equal(dechunk(stream.text()).ended, false);
      await using again = await startTestGateway(upstream.url, { dataDir });
      const [record] = await allEvents(again);
      assert.equal(record?.["finish"], "indeterminate");
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it("F-04: SIGINT is a signal as well, and an idle process goes at once", async () => {
    await using gateway = await startTestGateway("http://127.0.0.1:9");
    using idle = await openRawClient(gateway.port);
    idle.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.ok(await idle.until((got) => got.includes("ok")));
    const startedAt = Date.now();
    assert.equal(await gateway.stop("SIGINT"), 0);
    assert.ok(Date.now() - startedAt < 3_000);
  });
});

const canBind = await canListenEverywhere();

describe("R4: the door", () => {
  it("R4: a bind address beyond this machine is warned of; loopback is not", {
    skip: canBind ? false : "every address cannot be bound here",
  }, async () => {
    await using open = await startTestGateway("http://127.0.0.1:9", { env: { BIND: "0.0.0.0" } });
    await eventually(
      () => (logLines(open, "listener.open_door") === 1 ? true : undefined),
      "a warning",
    );
    const line = open
      .stdout()
      .split("\n")
      .find((logged) => logged.includes("listener.open_door"));
    assert.match(line ?? "", /"level":"warn"/);
    assert.match(line ?? "", /0\.0\.0\.0/);
    assert.equal(await statusFor(open, "localhost"), 200);

    await using shut = await startTestGateway("http://127.0.0.1:9");
    assert.equal(await statusFor(shut, "localhost"), 200);
    assert.equal(await shut.stop(), 0);
    assert.equal(logLines(shut, "listener.open_door"), 0);
  });
});

async function canListenEverywhere(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(0, "0.0.0.0", () => server.close(() => resolve(true)));
  return await promise;
}
