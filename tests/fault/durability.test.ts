import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { adjusted, message } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { nodeBinary } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import {
  allEvents,
  assertGatewayError,
  call,
  eventually,
  finishedEvent,
  idOf,
  PLAIN_BODY,
  PROGRAM,
  STREAM_BODY,
  sendRaw,
  startTestGateway,
} from "./rig.ts";

const CYCLES = 10;
const CLIENTS = 12;

/** Sends requests one after the other until told to stop; each carries a name of its own. */
async function load(port: number, name: string, isOver: () => boolean): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let serial = 0; !isOver(); serial += 1) {
    const body = serial % 2 === 0 ? STREAM_BODY : PLAIN_BODY;
    const { promise, resolve } = Promise.withResolvers<void>();
    const outgoing = request(
      {
        port,
        host: "127.0.0.1",
        agent,
        method: "POST",
        path: "/v1/messages",
        headers: {
          "x-claude-code-session-id": `${name}-${serial}`,
          "content-length": Buffer.byteLength(body),
        },
      },
      (incoming) => {
        incoming.resume();
        incoming.on("close", resolve);
        incoming.on("error", () => resolve());
      },
    );
    outgoing.on("error", () => resolve());
    outgoing.end(body);
    await promise;
  }
  agent.destroy();
}

function auditDatabase(dataDir: string): void {
  const database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  try {
    const all = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
    assert.deepEqual(all("PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
    assert.deepEqual(
      all("SELECT id FROM exchange WHERE finish IS NULL"),
      [],
      "exchanges without an end",
    );
    assert.deepEqual(
      all(
        "SELECT account FROM ledger_line WHERE account LIKE 'held:%' GROUP BY account HAVING sum(amount_nano) <> 0",
      ),
      [],
      "money that is still held",
    );
    assert.deepEqual(
      all(
        "SELECT exchange, leg, seq FROM ledger_line GROUP BY exchange, leg, seq HAVING sum(amount_nano) <> 0",
      ),
      [],
      "transactions that do not sum to zero",
    );
    assert.deepEqual(
      all("SELECT session_id FROM exchange_start GROUP BY session_id HAVING count(*) > 1"),
      [],
      "requests with two rows",
    );
  } finally {
    database.close();
  }
}

describe("R-01: kill -9 under load", () => {
  it(`R-01: over ${CYCLES} kills every request that reached the upstream has exactly one row`, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "spillway-kill-"));
    await using upstream = await startAnthropicUpstream();
    upstream.on(
      () => true,
      adjusted(message({ content: [text("k".repeat(200))] }), { delivery: { pieceDelayMs: 2 } }),
    );
    try {
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        await using gateway = await startTestGateway(upstream.url, { dataDir });
        assert.equal((await call(gateway, { method: "GET", path: "/ready" })).status, 200);
        let over = false;
        const loads = Array.from({ length: CLIENTS }, (_, client) =>
          load(gateway.port, `c${cycle}-${client}`, () => over),
        );
        await sleep(300 + Math.random() * 700);
        await gateway.kill();
        over = true;
        await Promise.all(loads);
      }
      await using last = await startTestGateway(upstream.url, { dataDir });
      const rows = await eventually(async () => {
        const all = await allEvents(last);
        return all.every(({ finish }) => finish !== null) ? all : undefined;
      }, "an end for every row");
      const bySession = new Map<string, number>();
      for (const row of rows) {
        const session = String(row["session_id"]);
        bySession.set(session, (bySession.get(session) ?? 0) + 1);
      }
      const reached = upstream.requests.map(
        (seen) => seen.header("x-claude-code-session-id") ?? "",
      );
      assert.ok(reached.length > CYCLES * CLIENTS, `only ${reached.length} requests`);
      const lost = reached.filter((session) => !bySession.has(session));
      assert.deepEqual(lost, [], "requests without a row");
      const twice = [...bySession].filter(([, count]) => count > 1);
      assert.deepEqual(twice, [], "requests with two rows");
      // What was under way at a kill is recovered as such; a kill may also fall between two requests.
      const indeterminate = rows.filter(({ finish }) => finish === "indeterminate");
      assert.ok(indeterminate.length >= CYCLES);
      assert.ok(
        indeterminate.length <= CYCLES * (CLIENTS + 2 * CLIENTS),
        `${indeterminate.length}`,
      );
      for (const row of indeterminate) {
        assert.equal(row["cost_nano_usd"], null);
        assert.equal(row["usage_source"], "unknown");
      }
      assert.equal(await last.stop(), 0);
      auditDatabase(dataDir);
    } finally {
      await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
    }
  });

  it("R-01: a second server on the same data directory is refused with a reason", async () => {
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startTestGateway(upstream.url);
    const second = spawnSync(nodeBinary(), [PROGRAM, "serve"], {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: gateway.home,
        PORT: "0",
        SPILLWAY_DATA_DIR: gateway.dataDir,
        SPILLWAY_ANTHROPIC_URL: upstream.url,
      },
      encoding: "utf8",
      timeout: 20_000,
    });
    assert.notEqual(second.status, 0);
    assert.match(second.stdout + second.stderr, /another spillway/i);
    assert.equal((await call(gateway, { body: STREAM_BODY })).status, 200);
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0 && mountsWork();

function mountsWork(): boolean {
  return spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
}

describe("R-03: a full disk", {
  skip: canMount ? false : "needs the right to mount a tmpfs",
}, () => {
  it("R-03: exchanges are refused before dispatch, and served again without a restart", async () => {
    const place = await mkdtemp(join(tmpdir(), "spillway-full-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m,mode=700", "none", place]);
    assert.equal(mounted.status, 0, mounted.stderr.toString());
    try {
      await using upstream = await startAnthropicUpstream();
      await using gateway = await startTestGateway(upstream.url, { dataDir: place });
      const served = await call(gateway, { body: STREAM_BODY });
      assert.equal(served.status, 200);
      await finishedEvent(gateway, idOf(served));
      const filler = join(place, "filler");
      await writeFile(filler, Buffer.alloc(4_000_000)).catch(() => {});

      const refused = await eventually(
        async () => {
          const answer = await call(gateway, { body: STREAM_BODY });
          return answer.status === 503 ? answer : undefined;
        },
        "a refusal",
        20_000,
      );
      assertGatewayError(refused, 503, "accounting_unavailable");
      assert.ok(Number(refused.headers["retry-after"]) >= 1);
      const before = upstream.requests.length;
      for (let i = 0; i < 5; i += 1) {
        assert.equal((await call(gateway, { body: STREAM_BODY })).status, 503);
      }
      assert.equal(upstream.requests.length, before, "a refused request was sent");
      const ready = await call(gateway, { method: "GET", path: "/ready" });
      assert.equal(ready.status, 503);
      assert.equal((await call(gateway, { method: "GET", path: "/health" })).status, 200);

      await rm(filler);
      await eventually(
        async () =>
          (await call(gateway, { body: STREAM_BODY })).status === 200 ? true : undefined,
        "service again",
        20_000,
      );
      assert.equal((await call(gateway, { method: "GET", path: "/ready" })).status, 200);
      const reached = upstream.requests.length;
      const rows = await eventually(async () => {
        const all = await allEvents(gateway);
        return all.every(({ finish }) => finish !== null) ? all : undefined;
      }, "an end for every row");
      assert.ok(rows.length >= reached, `${rows.length} rows of ${reached} requests`);
      assert.equal(await gateway.stop(), 0);
      auditOfOneSession(place, reached);
    } finally {
      spawnSync("umount", ["-l", place]);
      await rm(place, { recursive: true, force: true });
    }
  });
});

function auditOfOneSession(dataDir: string, reached: number): void {
  const database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  const row = database.prepare("SELECT count(*) AS n FROM exchange WHERE finish IS NOT NULL").get();
  assert.ok(Number(row?.["n"]) >= reached);
  database.close();
}

describe("R-03: a log that nobody reads", () => {
  it("R-03: a stalled reader of the output does not stall traffic", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "spillway-log-"));
    await using upstream = await startAnthropicUpstream({ keepBodies: false });
    const child = spawn(nodeBinary(), [PROGRAM, "serve"], {
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: scratch,
        PORT: "0",
        SPILLWAY_DATA_DIR: join(scratch, "data"),
        SPILLWAY_ANTHROPIC_URL: upstream.url,
        CLAUDE_USAGE_FILE: join(scratch, "usage"),
      },
      // The pipe is never read.
      stdio: ["ignore", "pipe", "ignore"],
    });
    const exited = Promise.withResolvers<void>();
    child.once("exit", () => exited.resolve());
    try {
      const info = await eventually(
        async () => {
          const known = await readFile(join(scratch, "data/server.json"), "utf8").catch(() => "");
          return /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(known)?.[1];
        },
        "the server",
        15_000,
      );
      const gateway = { port: Number(info) };
      // Each line is about 500 bytes; a pipe takes 64 KB.
      for (let i = 0; i < 150; i += 1) {
        const answers = await Promise.all(
          Array.from({ length: 10 }, () => call(gateway, { body: PLAIN_BODY, timeoutMs: 5_000 })),
        );
        assert.ok(answers.every(({ status }) => status === 200));
      }
    } finally {
      child.kill("SIGKILL");
      await exited.promise;
      await rm(scratch, { recursive: true, force: true });
    }
  });
});

describe("R-04: a database that another process has locked", () => {
  it("R-04: a bounded wait, then 503 before dispatch; running exchanges are settled later", async () => {
    const gate = Promise.withResolvers<void>();
    await using upstream = await startAnthropicUpstream();
    await using gateway = await startTestGateway(upstream.url);
    upstream.queue(
      "plain",
      message({ content: [text("x".repeat(500))] }, { stallAfterBytes: 500, resume: gate.promise }),
    );
    using running = await sendRaw(gateway);
    assert.ok(await running.until((got) => got.includes("message_start")));

    const database = new DatabaseSync(join(gateway.dataDir, "spillway.db"));
    database.exec("BEGIN IMMEDIATE");
    try {
      gate.resolve();
      assert.ok(
        await running.until((got) => got.includes("message_stop")),
        "the stream stood still",
      );
      const before = upstream.requests.length;
      const startedAt = Date.now();
      const refused = await call(gateway, { body: STREAM_BODY });
      assertGatewayError(refused, 503, "accounting_unavailable");
      assert.ok(Date.now() - startedAt < 10_000);
      assert.equal(upstream.requests.length, before);
      assert.equal((await call(gateway, { method: "GET", path: "/health" })).status, 200);
    } finally {
      database.exec("ROLLBACK");
      database.close();
    }
    await eventually(
      async () => ((await call(gateway, { body: STREAM_BODY })).status === 200 ? true : undefined),
      "service again",
      15_000,
    );
    const record = await finishedEvent(gateway, idOf(running.text()), 15_000);
    assert.equal(record["finish"], "complete");
    assert.equal(record["usage_source"], "provider");
  });
});
