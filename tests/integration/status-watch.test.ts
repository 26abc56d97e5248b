import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openTerminal, type Terminal, terminalMissing } from "../clients/terminal.ts";
import { call, PROGRAM, STREAM_BODY, startTestGateway } from "../fault/rig.ts";
import { bearer, PLAN_IS_FULL, providerKey, sessionToken, storeKey } from "../overflow/rig.ts";
import { message } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { nodeBinary } from "../upstream/gateway.ts";
import { text } from "../upstream/messages.ts";
import { runProgram } from "./program.ts";

const P = "anthropic-ratelimit-unified";
const RESET = String(Math.floor(Date.now() / 1_000) + 3 * 3_600);
const PROMPT = /^ready>$/m;
const skip = await terminalMissing();

const scope = new AsyncDisposableStack();
let upstream: AnthropicUpstream;
let scratch: string;

before(async () => {
  upstream = scope.use(await startAnthropicUpstream());
  scratch = await mkdtemp(join(tmpdir(), "spillway-watch-"));
  scope.defer(async () => await rm(scratch, { recursive: true, force: true }));
});

after(() => scope.disposeAsync());

/** A shell, so that what is left of the view can be seen after it. */
async function openShell(): Promise<Terminal> {
  const env = { PATH: process.env["PATH"] ?? "", HOME: scratch, PS1: "ready> ", LANG: "C.UTF-8" };
  const home = { home: scratch, work: scratch, env };
  const terminal = await openTerminal({ binary: "sh" }, home);
  await terminal.waitFor(/ready>/);
  return terminal;
}

/** The terminal's settings before and after are compared, and the view's process id is left in a file. */
const watch = (dataDir: string): string =>
  [
    "stty -g >before",
    `sh -c 'echo $$ >pid; exec "${nodeBinary()}" "${PROGRAM}" status --watch --data-dir "${dataDir}"'`,
    'echo "ended $?"',
    "stty -g | cmp - before && echo same",
  ].join("; ");

describe("spillway status --watch", { skip }, () => {
  it("shows limits, cost and overflow as they change, through a restart, and gives the terminal back", async () => {
    const dataDir = join(scratch, "data");
    const headers = bearer(sessionToken());
    const seat = message({ content: [text("x")] }, {}, [
      `${P}-5h-utilization`,
      "0.37",
      `${P}-5h-reset`,
      RESET,
      `${P}-status`,
      "allowed",
    ]);
    await using terminal = await openShell();
    await terminal.resize(80, 40);
    {
      await using gateway = await startTestGateway(upstream.url, { dataDir });
      await terminal.type(watch(dataDir));
      await terminal.press("Enter");
      await terminal.waitFor(/None known[^]*no key is stored, at most 10 USD a day[^]*q quits/);
      upstream.queue("plain", seat);
      assert.equal((await call(gateway, { body: STREAM_BODY, headers })).status, 200);
      await terminal.waitFor(
        / {2}5h .* 37% {2}resets in 2h 59m[^]*subscription +1 [^]* ~\$[\d.]+ sub +ok/,
      );
      await storeKey(gateway, providerKey(), { label: "claude-code", overflow: true });
      upstream.queue("plain", PLAN_IS_FULL);
      upstream.queue("plain", message({ content: [text("x")] }));
      assert.equal((await call(gateway, { body: STREAM_BODY, headers })).status, 200);
      const full = await terminal.waitFor(/the stored key "claude-code" pays until[^]*over 2nd/);
      assert.match(full, /cap .* 0\.01 used, 9\.99 USD left/);
      await gateway.stop();
    }
    await terminal.waitFor(/^Spillway is not running\.[^]*cap .* 0\.01 used/);
    await using again = await startTestGateway(upstream.url, { dataDir });
    await terminal.waitFor(new RegExp(`^Spillway .* up [^]*${String(again.port)}`));
    await terminal.resize(120, 40);
    await terminal.waitFor(/5h +[█▉▊▋▌▍▎▏·]{40} /);
    await terminal.press("q");
    const left = await terminal.waitFor(/^ended 0\nsame$/m);
    assert.match(left, PROMPT);
    assert.doesNotMatch(left, /Subscription limits|q quits/);
  });

  for (const [how, code] of [
    ["Ctrl-C", 0],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const) {
    it(`gives the terminal back after ${how}`, async () => {
      await using terminal = await openShell();
      const dataDir = join(scratch, "nothing");
      await terminal.type(watch(dataDir));
      await terminal.press("Enter");
      await terminal.waitFor(/^Spillway is not running[^]*q quits/);
      if (how === "Ctrl-C") await terminal.press("C-c");
      else process.kill(Number(await readFile(join(scratch, "pid"), "utf8")), how);
      const left = await terminal.waitFor(new RegExp(`^ended ${code}\\nsame$`, "m"));
      assert.doesNotMatch(left, /q quits/);
    });
  }

  it("refuses clearly where there is no terminal", async () => {
    const { code, out, err } = await runProgram(["status", "--watch"], { home: scratch });
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, /--watch needs a terminal\. For programs there are spillway status --json/);
  });
});
