import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { call, eventually, STREAM_BODY, startTestGateway } from "../fault/rig.ts";
import { bearer, PLAN_IS_FULL, providerKey, sessionToken, storeKey } from "../overflow/rig.ts";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, nodeBinary } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";

const SCRIPT = fileURLToPath(new URL("../../src/cli/statusline/start.mjs", import.meta.url));
const PREFIX = "anthropic-ratelimit-unified";
const RESET = String(Math.floor(Date.now() / 1_000) + 3 * 3_600);
const SESSION_ID = "3f2b8c1e-0000-4000-8000-000000000001";
const TOLD = {
  session_id: SESSION_ID,
  model: { display_name: "Opus 5.5" },
  cost: { total_cost_usd: 0.42 },
  rate_limits: { five_hour: { used_percentage: 20, resets_at: Number(RESET) } },
};

interface Shown {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the script as Claude Code does; `input` undefined leaves standard input open and silent. */
async function run(dataDir: string, input: string | undefined, env = {}): Promise<Shown> {
  const child = spawn(nodeBinary(), [SCRIPT, "--data-dir", dataDir], {
    env: { NO_COLOR: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: 30_000,
  });
  child.stdin.on("error", () => {});
  if (input !== undefined) child.stdin.end(input);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  const code = await promise;
  child.stdin.destroy();
  return { code, out, err };
}

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let gateway: Gateway;
let empty: string;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  gateway = scope.use(await startTestGateway(upstream.url));
  empty = await mkdtemp(join(tmpdir(), "spillway-statusline-"));
  scope.defer(async () => await rm(empty, { recursive: true, force: true }));
});

after(() => scope.disposeAsync());

describe("spillway statusline", () => {
  it("X-O5: tells limits, cost and overflow of the session from one question to the server", async () => {
    await storeKey(gateway, providerKey(), { label: "claude-code", overflow: true });
    const windows = [
      `${PREFIX}-5h-utilization`,
      "0.99",
      `${PREFIX}-5h-reset`,
      RESET,
      `${PREFIX}-status`,
      "allowed",
    ];
    upstream.queue("plain", message({ content: [text("x")] }, {}, windows));
    const headers = { ...bearer(sessionToken()), "x-claude-code-session-id": SESSION_ID };
    assert.equal((await call(gateway, { body: STREAM_BODY, headers })).status, 200);
    const shown = await eventually(async () => {
      const { out } = await run(gateway.dataDir, JSON.stringify(TOLD));
      return out.includes("~$") && out.includes("list price") ? out : undefined;
    }, "the session's cost");
    assert.match(
      shown,
      /^Opus 5\.5 · 5h 99% \(resets in 2h59m\) · session ~\$[\d.]+ list price, in the plan · overflow 0 of 10 USD a day used\n$/,
    );
    upstream.queue("plain", PLAN_IS_FULL);
    upstream.queue("plain", message({ content: [text("x")] }));
    assert.equal((await call(gateway, { body: STREAM_BODY, headers })).status, 200);
    const full = await eventually(async () => {
      const { out } = await run(gateway.dataDir, JSON.stringify(TOLD));
      return out.includes(" overflow · ") ? out : undefined;
    }, "the overflow's cost");
    assert.match(
      full,
      / list price, in the plan \+ \$[\d.]+ overflow · overflow: key claude-code pays, 0\.\d+ of 10 USD a day used\n$/,
    );
  });

  it("shortens to COLUMNS, and colours unless NO_COLOR says otherwise", async () => {
    const told = JSON.stringify({ ...TOLD, rate_limits: { five_hour: { used_percentage: 96 } } });
    const nowhere = join(empty, "nothing here");
    const narrow = await run(nowhere, told, { COLUMNS: "40" });
    assert.equal(narrow.out, "Opus 5.5 · 5h 96% · ~$0.42 · off\n");
    const painted = await run(nowhere, told, { COLUMNS: "40", NO_COLOR: "" });
    assert.match(painted.out, /\u001b\[31m5h 96%\u001b\[39m/);
  });

  it("adds what a session cost before the server was started anew", async () => {
    const dataDir = join(empty, "kept");
    const headers = { ...bearer(sessionToken()), "x-claude-code-session-id": SESSION_ID };
    const shown: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      await using again = await startTestGateway(upstream.url, { dataDir });
      if (round === 0) {
        assert.equal((await call(again, { body: STREAM_BODY, headers })).status, 200);
      }
      const line = await eventually(async () => {
        const { out } = await run(dataDir, JSON.stringify(TOLD));
        return out.includes("list price") ? out : undefined;
      }, "the session's cost");
      shown.push(/session (\S+)/.exec(line)?.[1] ?? line);
      await again.stop();
    }
    assert.match(shown[0] ?? "", /^~\$/);
    assert.equal(shown[1], shown[0]);
  });

  it("says what it was told where no server answers, and is silent about why", async () => {
    const line =
      "Opus 5.5 · 5h 20% (resets in 2h59m) · session ~$0.42 by Claude Code's estimate · Spillway is not running\n";
    const dead = join(empty, "dead");
    await mkdir(dead);
    await writeFile(
      join(dead, "server.json"),
      JSON.stringify({ controlSocket: join(dead, "gone.sock") }),
    );
    for (const dataDir of [join(empty, "nothing here"), dead]) {
      assert.deepEqual(await run(dataDir, JSON.stringify(TOLD)), { code: 0, out: line, err: "" });
    }
  });

  it("gives up on a server that takes the question and never answers", async () => {
    const path = join(empty, "mute.sock");
    const asked: string[] = [];
    const mute = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (bytes) => asked.push(String(bytes)));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    mute.listen(path, resolve);
    await promise;
    scope.defer(() => void mute.close());
    await writeFile(join(empty, "server.json"), JSON.stringify({ controlSocket: path }));
    const { code, out, err } = await run(empty, JSON.stringify(TOLD));
    assert.equal(code, 0);
    assert.match(out, /^Opus 5\.5 · .* · Spillway is not running\n$/);
    assert.equal(err, "");
    assert.equal(asked.length, 1);
  });

  it("prints a line for broken, endless and missing input", async () => {
    for (const input of ["", "{", "null", "[1]", '"x"', "x".repeat(3 * 2 ** 20), undefined]) {
      const { code, out, err } = await run(join(empty, "nothing here"), input);
      assert.deepEqual({ code, out, err }, { code: 0, out: "Spillway is not running\n", err: "" });
    }
  });

  it("loads nothing but Node and its neighbours", async () => {
    const seen = new Set<string>();
    const waiting = [SCRIPT];
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      seen.add(file);
      const source = await readFile(file, "utf8");
      for (const found of source.matchAll(/(?:\bfrom|\bimport\()\s*"(?<name>[^"]+)"/g)) {
        const name = found.groups?.["name"] ?? "";
        const isType = source.includes(`import type { Environment } from "${name}"`);
        if (name.startsWith("node:") || isType) continue;
        assert.match(name, /^\./, `${file} imports ${name}`);
        const target = join(dirname(file), name);
        if (!seen.has(target)) waiting.push(target);
      }
    }
    assert.deepEqual([...seen].map((file) => file.replace(/^.*\/src\//, "")).toSorted(), [
      "cli/statusline/ask-server.ts",
      "cli/statusline/line.ts",
      "cli/statusline/main.ts",
      "cli/statusline/mark.ts",
      "cli/statusline/start.mjs",
      "config/places.ts",
    ]);
  });
});
