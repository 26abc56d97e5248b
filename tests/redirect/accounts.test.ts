import assert from "node:assert/strict";
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { issueKey } from "../clients/stored-key.ts";
import { eventually } from "../fault/rig.ts";
import { runProgram } from "../integration/program.ts";
import { isObject } from "../upstream/request-kind.ts";
import { answering, ask, type Bench, line, lines, openBench, session, tell } from "./rig.ts";

let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "spillway-directories-"));
  for (const name of ["one", "two"]) await mkdir(join(root, name));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

const at = (...names: string[]) => join(root, ...names);

async function login(name: string, token: string): Promise<void> {
  const text = JSON.stringify({ claudeAiOauth: { accessToken: token } });
  await writeFile(at(name, ".credentials.json"), text, { mode: 0o600 });
}

async function openDirectories(env: Readonly<Record<string, string>> = {}): Promise<Bench> {
  return await openBench({
    env: {
      CLAUDE_CONFIG_DIRS: ` ${at("one")}, ${at("two")} ,`,
      PROBE_INTERVAL_MS: "3600000",
      ...env,
    },
  });
}

async function statusOf(path: string, expected: RegExp): Promise<string> {
  return await eventually(async () => {
    const text = await readFile(path, "utf8").catch(() => "");
    return expected.test(text) ? text : undefined;
  }, `${path} like ${expected}`);
}

async function serverOf(bench: Bench, token: string): Promise<string> {
  const before = bench.litellm.requests.length;
  assert.equal((await ask(bench, { token })).status, 200);
  return bench.litellm.requests.length > before ? "litellm" : "anthropic";
}

describe("CLAUDE_CONFIG_DIRS", () => {
  it("S1-096, S1-097, S1-102: two accounts have their own files, windows and ways", async () => {
    // Any token is a session's that a directory is logged in with.
    const [one, two] = ["token-of-one", session()];
    await login("one", one);
    await login("two", two);
    await using bench = await openDirectories();
    await tell(bench, one, { fiveHour: 0.95 });
    await tell(bench, two, { fiveHour: 0.1 });
    await statusOf(at("one", "usage-status.md"), /^5h=95% /);
    await statusOf(at("two", "usage-status.md"), /^5h=10% /);
    assert.equal(await serverOf(bench, one), "litellm");
    assert.equal(await serverOf(bench, two), "anthropic");
    assert.equal(await readFile(bench.gateway.usageFile, "utf8").catch(() => "none"), "none");
    assert.equal(lines(bench, "mode transition:").length, 1);
    assert.doesNotMatch(bench.gateway.stdout(), /second Anthropic account/);
  });

  it("S1-098: a refreshed token has its directory's windows from its first request", async () => {
    const [before, after] = [session(), session()];
    await login("one", before);
    await using bench = await openDirectories();
    await tell(bench, before, { sevenDay: 0.95 });
    await login("one", after);
    const asked = bench.anthropic.requests.length;
    assert.equal(await serverOf(bench, after), "litellm");
    assert.equal(bench.anthropic.requests.length, asked);
  });

  it("S1-100: a link becomes a file of its own at the first write", async () => {
    const token = session();
    await login("two", token);
    await writeFile(at("one", "usage-status.md"), "5h=1%\n");
    await symlink(at("one", "usage-status.md"), at("two", "usage-status.md"));
    await using bench = await openDirectories();
    await tell(bench, token, { fiveHour: 0.2 });
    await statusOf(at("two", "usage-status.md"), /^5h=20% /);
    assert.equal((await lstat(at("two", "usage-status.md"))).isSymbolicLink(), false);
    assert.equal(await readFile(at("one", "usage-status.md"), "utf8"), "5h=1%\n");
  });

  it("S1-101: a token of no directory has the shared file, unless that is a directory's own", async () => {
    await login("one", session());
    {
      await using bench = await openDirectories();
      await tell(bench, session(), { fiveHour: 0.3 });
      await statusOf(bench.gateway.usageFile, /^5h=30% /);
    }
    await using bench = await openDirectories({ CLAUDE_USAGE_FILE: at("one", "usage-status.md") });
    await tell(bench, session(), { fiveHour: 0.3 });
    await sleep(500);
    await assert.rejects(readFile(at("one", "usage-status.md")));
  });

  it("status names the directories without a server too", async () => {
    const token = session();
    await login("two", token);
    await using bench = await openDirectories();
    await tell(bench, token, { fiveHour: 0.2 });
    await bench.gateway.stop();
    const env = { SPILLWAY_DATA_DIR: bench.gateway.dataDir };
    const { out } = await runProgram(["status"], { home: root, env });
    assert.match(out, /Spillway is not running/);
    assert.match(out, /Subscription limits \(~\/two, as of /);
  });

  it("S1-097: two people's use of one account has two states, also after a restart", async () => {
    const token = session();
    await login("one", token);
    await using bench = await openDirectories();
    const { gateway, anthropic, litellm } = bench;
    const { secret } = await issueKey(gateway, { name: "ann" });
    const headers = { "x-spillway-key": secret };
    await tell(bench, token, { fiveHour: 0.95 });
    anthropic.on("plain", answering({ fiveHour: 0.5 }));
    assert.equal((await ask(bench, { token, headers })).status, 200);
    assert.equal(litellm.requests.length, 0);
    assert.equal(await serverOf(bench, token), "litellm");
    const shown = await gateway.api("/me/quota");
    assert.ok(isObject(shown) && Array.isArray(shown["accounts"]));
    const text = JSON.stringify(shown["accounts"]);
    assert.match(text, /"principal":"ann".*"used_percent":50.*"used_percent":95/);
    assert.equal(text.match(/"redirect":\{/g)?.length, 1);
    const { dataDir } = gateway;
    await gateway.stop();
    await using second = await openBench({
      env: { CLAUDE_CONFIG_DIRS: at("one"), PROBE_INTERVAL_MS: "3600000" },
      dataDir,
    });
    assert.equal(await serverOf(second, token), "litellm");
    assert.equal(
      (await ask(second, { token, headers })).headers["x-spillway-provider"],
      "anthropic",
    );
  });

  it("S1-157: one login in two directories is noticed at the start", async () => {
    await login("one", session());
    await symlink(at("one", ".credentials.json"), at("two", ".credentials.json"));
    await using bench = await openDirectories();
    await eventually(
      () => (bench.gateway.stdout().includes("hold one login") ? true : undefined),
      "the warning",
    );
  });

  it("S1-124, C-01: without it a second account is told of once, and each still has its own way", async () => {
    await using bench = await openBench({ env: { PROBE_INTERVAL_MS: "3600000" } });
    const [one, two] = [session(), session()];
    await tell(bench, one, { fiveHour: 0.95 });
    await tell(bench, two, { fiveHour: 0.1 });
    assert.equal(await serverOf(bench, one), "litellm");
    assert.equal(await serverOf(bench, two), "anthropic");
    const warnings = () => bench.gateway.stdout().match(/A second Anthropic account/g) ?? [];
    await eventually(() => (warnings().length > 0 ? true : undefined), "the warning");
    assert.equal(warnings().length, 1);
    await line(bench, /^\[proxy\] NOTE: /);
  });
});
