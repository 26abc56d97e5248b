import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { nanoUsd } from "../base/money.ts";
import type { ExchangeReader } from "../store/contract.ts";
import type { StartedRecord, TerminalRecord } from "../store/record.ts";
import { writeServerInfo } from "../store/server-info.ts";
import { openSqliteStore } from "../store/sqlite/open.ts";
import { openReader } from "../store/sqlite/open-reader.ts";
import { monthView } from "../store/usage-view.ts";
import { eventsView, exchangeView, usageView } from "../store/views.ts";
import { type Run, runOn } from "./testing.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const FIRST = "spx_01m7ynpjz1519fr2pw1sz42fg5";
const SECOND = "spx_01m7ynrdj10sgrf73rqsq224j0";
const RUNNING = "spx_01m7ynt8512bdgtf6jx4zgf2g1";

function started(id: string, change: Partial<StartedRecord> = {}): StartedRecord {
  return {
    id,
    startedAt: NOW - 60_000,
    principal: "local",
    organisation: "local",
    sessionId: "3f2b8c1e-0000-4000-8000-000000000001",
    requestClass: "main",
    client: "claude-cli",
    clientVersion: "2.1.329",
    dialect: "anthropic",
    operation: "messages",
    method: "POST",
    path: "/v1/messages",
    requestedModel: "claude-opus-5-5",
    stream: true,
    credentialClass: "subscription",
    provider: "anthropic",
    ...change,
  };
}

function terminal(id: string, change: Partial<TerminalRecord> = {}): TerminalRecord {
  return {
    id,
    finishedAt: NOW - 55_000,
    durationMs: 5_000,
    firstByteMs: 912,
    servedModel: "claude-opus-5-5",
    decision: "only candidate",
    route: {
      steps: ["fast is groq/llama-3.3-70b"],
      candidates: [
        {
          name: "anthropic/claude-opus-4-8",
          pays: "session",
          reason: "the first",
          price: { input: 5_000_000_000, output: 25_000_000_000 },
        },
      ],
      refused: [
        {
          name: "groq/llama-3.3-70b",
          pays: "key main",
          reason: "us_only forbids its place",
          code: "residency",
        },
      ],
      notes: [],
      turns: [{ at: 0, came: "ok", status: 200, next: "shown", calls: 1 }],
      answer: 0,
    },
    attempts: [
      {
        deployment: "anthropic https://api.anthropic.com",
        credentialOwner: "caller",
        credentialClass: "subscription",
        status: 200,
        upstreamRequestId: "req_1",
        bytesSent: 312_000,
        bytesReceived: 900,
        startedAfterMs: 1,
        headersAfterMs: 900,
        endedAfterMs: 4_999,
        outcome: "ok",
      },
    ],
    mode: "passthrough",
    status: 200,
    stopReason: "end_turn",
    usageRaw: '{"input_tokens":1000,"output_tokens":100}',
    units: JSON.stringify([
      {
        model: "claude-opus-5-5",
        kind: "message",
        units: { input: 1_000, output: 100 },
        costNanoUsd: "6000000",
      },
    ]),
    tokens: { input: 1_000, output: 100 },
    usageSource: "provider",
    usageSuspect: false,
    cost: nanoUsd(6_000_000n),
    book: "subscription",
    priceVersion: "list/claude-opus-5-5",
    currency: "USD",
    rate: "1",
    billingOwner: "caller",
    finish: "complete",
    ...change,
  };
}

/** What the server answers on its control socket, made of the same reader and views. */
function controlServer(reader: ExchangeReader): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const answer = async (): Promise<void> => {
      const { pathname, searchParams } = url;
      if (pathname === "/control/status") {
        send(200, {
          pid: 4123,
          version: "1.2.3",
          started_at: new Date(NOW - 3_600_000).toISOString(),
          uptime_s: 3_600,
          url: "http://127.0.0.1:4080",
          data_dir: "/data",
          config_file: null,
          open_streams: 2,
          accepting: true,
          not_ready: null,
          providers: [
            {
              id: "anthropic",
              origin: "https://api.anthropic.com",
              limits: { concurrency: 2, requests_per_minute: 50, tokens_per_minute: null },
            },
          ],
          queues: [
            { provider: "anthropic", owner: "local/anthropic/team", running: 2, waiting: 7 },
          ],
          health: [
            { provider: "groq", model: "m", owner: null, state: "open", for_seconds: 5 },
            { provider: "groq", model: "m", owner: "o/k", state: "dead", for_seconds: 60 },
          ],
        });
      } else if (pathname === "/me/quota") {
        send(200, { accounts: [] });
      } else if (pathname === "/me/usage") {
        const query = {
          from: Date.parse(searchParams.get("from") ?? ""),
          to: Date.parse(searchParams.get("to") ?? ""),
          groupBy: searchParams.get("by") === "model" ? "model" : "none",
          timeZone: "UTC",
        } as const;
        const display = { currency: "USD", rate: "1" };
        const rows = await reader.usage(query);
        const month = monthView(rows, Date.UTC(2026, 10, 1), display);
        send(200, { ...usageView(rows, query, display), month });
      } else if (pathname === "/me/activity/events") {
        const limit = searchParams.get("limit");
        const page = await reader.events({
          before: searchParams.get("before") ?? undefined,
          after: searchParams.get("after") ?? undefined,
          limit: limit === null ? undefined : Number(limit),
        });
        send(200, eventsView(page));
      } else {
        const detail = await reader.exchange(pathname.replace("/control/exchanges/", ""));
        if (detail === undefined) send(404, { error: { message: "none" } });
        else send(200, exchangeView(detail));
      }
    };
    answer().catch((error: unknown) => send(500, { error: { message: String(error) } }));
  });
}

describe("reports", () => {
  let home = "";
  let withServer = "";
  let server: Server;
  let reader: ExchangeReader;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "spillway-cli-"));
    withServer = await mkdtemp(join(tmpdir(), "spillway-cli-"));
    const dataDir = join(home, "data");
    const opened = await openSqliteStore({
      dataDir,
      clock: { now: () => NOW, monotonicMs: () => performance.now() },
      bootId: "boot",
      onProblem: (problem) => assert.fail(problem.message),
    });
    assert.ok(opened.ok);
    {
      await using store = opened.value;
      await store.start(started(FIRST));
      await store.start(started(SECOND, { credentialClass: "api_key" }));
      store.finish(terminal(FIRST));
      store.finish(
        terminal(SECOND, {
          finishedAt: NOW - 30_000,
          book: "api",
          usageSource: "unknown",
          tokens: {},
          cost: undefined,
          units: undefined,
          usageRaw: undefined,
          finish: "upstream_lost",
        }),
        [],
      );
      await store.start(started(RUNNING));
      await store.flush();
    }
    const read = openReader(dataDir);
    assert.ok(read.ok);
    reader = read.value;
    server = controlServer(reader);
    const controlSocket = join(withServer, "control.sock");
    server.listen(controlSocket);
    await once(server, "listening");
    await writeServerInfo(withServer, {
      pid: process.pid,
      bootId: "boot",
      startedAt: NOW,
      controlSocket,
    });
  });

  after(async () => {
    server.close();
    await reader[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
    await rm(withServer, { recursive: true, force: true });
  });

  async function fromDatabase(...argv: readonly string[]): Promise<Run> {
    return await runOn({ homeDir: home, now: NOW }, ...argv, "--data-dir", join(home, "data"));
  }

  async function fromServer(...argv: readonly string[]): Promise<Run> {
    return await runOn({ homeDir: home, now: NOW }, ...argv, "--data-dir", withServer);
  }

  it("gives the same JSON with and without a server", async () => {
    const commands = [
      ["usage", "--json", "--since", "24h"],
      ["usage", "--json", "--since", "24h", "--by", "model"],
      ["tail", "--json", "--no-follow"],
      ["why", FIRST, "--json"],
      ["why", "last", "--json"],
    ];
    for (const argv of commands) {
      const [asked, read] = [await fromServer(...argv), await fromDatabase(...argv)];
      assert.equal(asked.code, 0, asked.err);
      assert.deepEqual(read, { ...asked, err: read.err });
      assert.ok(asked.out.length > 100);
    }
  });

  it("counts what is unknown and never sums it as nothing", async () => {
    const { code, out } = await fromDatabase("usage", "--since", "24h");
    assert.equal(code, 0);
    assert.match(out, /^ {2}subscription +1 +1\.0k +0% +100 +~\$0\.0060$/m);
    assert.match(out, /^ {2}API key +1 +\? +\? +\? +unknown$/m);
    assert.match(out, /1 request of unknown usage, not in the sums/);
    assert.match(out, /~ list price, covered by the subscription/);
  });

  it("shows the status of a running server, and of none by its exit code", async () => {
    const running = await fromServer("status");
    assert.equal(running.code, 0, running.err);
    assert.match(running.out, /^Spillway 1\.2\.3 is running\.$/m);
    assert.match(running.out, /^ {2}address +http:\/\/127\.0\.0\.1:4080$/m);
    assert.match(running.out, /at most 2 requests at a time, 50 requests a minute$/m);
    assert.match(running.out, /^ {2}queue +anthropic: 2 running, 7 waiting/m);
    assert.match(running.out, /left alone +groq\/m: it failed too often, for 5 s$/m);
    assert.match(
      running.out,
      /left alone +groq\/m \(o\/k\): the provider refuses the key, for 60 s$/m,
    );
    const stopped = await fromDatabase("status");
    assert.equal(stopped.code, 3);
    assert.match(stopped.out, /^Spillway is not running\./);
    const json = await fromDatabase("status", "--json");
    assert.equal(json.code, 3);
    assert.equal(JSON.parse(json.out).running, false);
  });

  it("answers where nothing was ever recorded", async () => {
    const empty = join(home, "empty");
    const run = async (...argv: readonly string[]) =>
      await runOn({ homeDir: home, now: NOW }, ...argv, "--data-dir", empty);
    assert.match((await run("usage")).out, /No requests\./);
    assert.equal((await run("status")).code, 3);
    const why = await run("why", "last");
    assert.equal(why.code, 3);
    assert.match(why.err, /No request has been recorded yet/);
    const tail = await run("tail", "--no-follow", "--json");
    assert.deepEqual([tail.code, tail.out], [0, ""]);
  });

  it("reads the database when a server died without clearing up", async () => {
    const { code, out } = await runOn(
      { homeDir: home, now: NOW },
      "usage",
      "--data-dir",
      await deadServer(home),
    );
    assert.equal(code, 0);
    assert.match(out, /No requests\./);
  });

  it("connects to a server that answers, not to one that left its file behind", async () => {
    const baseUrl = async (dataDir: string): Promise<unknown> => {
      const machine = { homeDir: home, now: NOW, env: { PORT: "5999" } };
      const place = ["--json", "--data-dir", dataDir];
      const { out } = await runOn(machine, "connect", "claude-code", ...place);
      return JSON.parse(out).base_url;
    };
    assert.equal(await baseUrl(withServer), "http://127.0.0.1:4080");
    assert.equal(await baseUrl(await deadServer(home)), "http://127.0.0.1:5999");
  });

  it("tells the whole story of an exchange", async () => {
    const { code, out } = await fromDatabase("why", FIRST);
    assert.equal(code, 0);
    const order = [
      "Who",
      "What",
      "Where it went",
      "Why it went there",
      "Attempt",
      "How it ended",
      "Usage and cost",
      "Ledger",
    ];
    const places = order.map((title) => out.indexOf(`\n${title}\n`));
    assert.ok(!places.includes(-1));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.match(out, /^ {2}total ~\$0\.006$/m);
    assert.match(out, /headers at 900ms, over at 5\.0s$/m);
    assert.match(out, /upstream's id req_1/);
    assert.match(out, /^ {2}fast is groq\/llama-3\.3-70b$/m);
    assert.match(out, /^ {2}1 {2}anthropic\/claude-opus-4-8 {2}session {3}answered$/m);
    assert.match(out, /^ {5}the first; ~\$5\.00 in, ~\$25\.00 out per 1M tokens$/m);
    assert.match(out, /^ {2}- {2}groq\/llama-3\.3-70b +key main {2}left out: residency$/m);
    assert.match(out, /^ {5}us_only forbids its place$/m);
    assert.ok(
      out.split("\n").every((line) => line.length <= 80),
      out,
    );
  });

  it("accepts the beginning of an id as long as it is only one's", async () => {
    const found = await fromServer("why", FIRST.slice(4, 14), "--json");
    assert.equal(JSON.parse(found.out).id, FIRST);
    const several = await fromDatabase("why", "spx_01m7yn");
    assert.equal(several.code, 2);
    assert.match(several.err, new RegExp(`${RUNNING}\n  ${SECOND}\n  ${FIRST}`));
    for (const none of ["zzz", "spx_01m7ynpjz1519fr2pw1sz42fg6"]) {
      assert.equal((await fromServer("why", none)).code, 3);
      assert.equal((await fromDatabase("why", none)).code, 3);
    }
    assert.equal((await fromServer("why", "../status")).code, 2);
  });

  it("lists finished exchanges in the order in which they finished", async () => {
    const { out } = await fromDatabase("tail", "--no-follow", "--json");
    const ids = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    assert.deepEqual(ids, [FIRST, SECOND]);
    const one = await fromDatabase("tail", "--no-follow", "--json", "-n", "1");
    assert.equal(JSON.parse(one.out).id, SECOND);
  });

  it("follows until nobody reads, and shows what ends meanwhile", async () => {
    const dataDir = join(home, "data");
    let rounds = 0;
    const { code, out } = await runOn(
      {
        homeDir: home,
        now: NOW,
        sleep: async (_ms, stdout) => {
          rounds += 1;
          if (rounds === 2) {
            // The next server closes what the dead one left open.
            const opened = await openSqliteStore({
              dataDir,
              clock: { now: () => NOW, monotonicMs: () => performance.now() },
              bootId: "next",
              onProblem: (problem) => assert.fail(problem.message),
            });
            assert.ok(opened.ok);
            await opened.value[Symbol.asyncDispose]();
          }
          if (rounds === 3) stdout.break();
        },
      },
      "tail",
      "-n",
      "0",
      "--data-dir",
      dataDir,
    );
    assert.equal(code, 0);
    const lines = out.trimEnd().split("\n");
    assert.equal(lines.length, 3);
    assert.match(lines[2] ?? "", /opus-5-5 +main .* \?$/);
  });
});

/** A data directory whose server.json names a socket that nobody listens at. */
async function deadServer(home: string): Promise<string> {
  const dataDir = await mkdtemp(join(home, "dead-"));
  const controlSocket = join(dataDir, "control.sock");
  const url = "http://127.0.0.1:1";
  await writeServerInfo(dataDir, { pid: 1, bootId: "dead", startedAt: 0, url, controlSocket });
  return dataDir;
}
