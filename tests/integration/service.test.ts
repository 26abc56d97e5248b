import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { runProgram } from "./program.ts";

const MANAGER = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"].find((path) =>
  existsSync(path),
);
const LIMIT_MS = 60_000;
const SECRET = "0123456789abcdef".repeat(4);
const AWKWARD = "me & 100%h of $HOME";

/** Asks again until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const endMs = performance.now() + LIMIT_MS;
  while (performance.now() < endMs) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(100);
  }
  throw new Error(`still no ${what}`);
}

let scratch: string;
let home: string;
let logs: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "spillway-service-"));
  home = join(scratch, AWKWARD);
  logs = join(home, ".local/share/spillway/logs");
  await mkdir(home);
});
afterEach(async () => await rm(scratch, { recursive: true, force: true }));

async function logLines(): Promise<readonly string[]> {
  const text = await readFile(join(logs, "spillway.log"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

describe("a service without a service manager", () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill("SIGKILL"));

  /** What systemd would run, with its words and variables taken apart as systemd does. */
  async function startAsTheUnitSays(): Promise<ChildProcess> {
    const unit = await readFile(join(home, ".config/systemd/user/spillway.service"), "utf8");
    const plain = (text: string): string => text.replaceAll("%%", "%").replaceAll("$$", "$");
    const valuesOf = (name: string): readonly string[] =>
      [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => plain(value));
    const words = [...(valuesOf("ExecStart")[0] ?? "").matchAll(/"([^"]*)"/g)];
    const [file = "", ...args] = words.map(([, word = ""]) => word);
    const env = Object.assign(
      {},
      ...valuesOf("Environment").map((line) => parseEnv(line.slice(1, -1))),
    );
    return spawn(file, args, { env: { HOME: home, ...env }, stdio: "ignore" });
  }

  it("is written, and its command listens, logs and survives kill -9", async () => {
    const env = { PATH: "/nowhere", PORT: "0", SPILLWAY_MASTER_KEY: SECRET };
    const { code, out } = await runProgram(["service", "install"], { home, env });
    assert.equal(code, 3, out);
    assert.match(out, /there is no systemctl\s+here/);
    for (let round = 1; round <= 2; round += 1) {
      child = await startAsTheUnitSays();
      await until(async () => ((await logLines()).length === round ? true : undefined), "log line");
      const { url } = JSON.parse((await logLines()).at(-1) ?? "");
      assert.equal((await fetch(new URL("/health", url))).status, 200);
      const status = await runProgram(["service", "status", "--json"], { home, env });
      assert.equal(JSON.parse(status.out).server.pid, child.pid);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    assert.ok((await logLines()).every((line) => line.includes("gateway.listening")));
  });

  it("is not started without its log", async () => {
    const { code, err } = await runProgram(["serve", "--log-dir", "/dev/null/logs"], { home });
    assert.equal(code, 1);
    assert.match(err, /The log cannot be written: .*Choose another --log-dir\./);
  });
});

/** A real user manager, with a /run of its own in which systemd seems to have booted the machine; undefined if it ends. */
async function startManager(homeDir: string): Promise<ChildProcess | undefined> {
  if (MANAGER === undefined) return undefined;
  const script =
    'mount -t tmpfs none /run && mkdir -p /run/systemd/system /run/user/0 && exec "$0" --user';
  const child = spawn("unshare", ["--mount", "sh", "-c", script, MANAGER], {
    env: environment(homeDir),
    stdio: "ignore",
  });
  let isAlive = true;
  child.once("error", () => {
    isAlive = false;
  });
  child.once("exit", () => {
    isAlive = false;
  });
  const isUp = await until(async () => {
    if (!isAlive) return "ended";
    const { out } = await inside(child, homeDir, ["systemctl", "--user", "is-system-running"]);
    return /running|degraded/.test(out) ? "up" : undefined;
  }, "user manager");
  return isUp === "up" ? child : undefined;
}

async function endManager(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

function environment(homeDir: string): Readonly<Record<string, string>> {
  return { PATH: process.env["PATH"] ?? "", HOME: homeDir, XDG_RUNTIME_DIR: "/run/user/0" };
}

/** Runs a program where the manager is. */
async function inside(
  manager: ChildProcess,
  homeDir: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn("nsenter", ["--mount", `--target=${manager.pid}`, ...argv], {
    env: { ...environment(homeDir), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out = "", err = ""] = await Promise.all(
    [child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join("")),
  );
  if (child.exitCode === null) await once(child, "exit");
  return { code: child.exitCode, out, err };
}

async function mayNotTry(): Promise<string | false> {
  const homeDir = await mkdtemp(join(tmpdir(), "spillway-manager-"));
  const manager = await startManager(homeDir);
  if (manager !== undefined) await endManager(manager);
  await rm(homeDir, { recursive: true, force: true });
  return manager === undefined && "a user manager of systemd's cannot be started here";
}
const skip = await mayNotTry();

describe("a service of systemd's", { skip }, () => {
  let manager: ChildProcess;
  let port: number;

  beforeEach(async () => {
    const started = await startManager(home);
    assert.ok(started !== undefined);
    manager = started;
    port = await freePort();
  });
  afterEach(async () => {
    await inside(manager, home, ["systemctl", "--user", "kill", "--signal=KILL", "spillway"]);
    await endManager(manager);
  });

  async function spillway(...args: readonly string[]) {
    const main = join(import.meta.dirname, "../../src/main.ts");
    const env = { PORT: String(port), SPILLWAY_MASTER_KEY: SECRET };
    return await inside(manager, home, [process.execPath, main, ...args], env);
  }

  async function unitFact(name: string): Promise<string> {
    const { out } = await inside(manager, home, [
      "systemctl",
      "--user",
      "show",
      "spillway",
      `--property=${name}`,
      "--value",
    ]);
    return out.trim();
  }

  it("is installed, comes back after kill -9, and is uninstalled", async () => {
    const installed = await spillway("service", "install");
    assert.equal(installed.code, 0, installed.out + installed.err);
    assert.equal(await unitFact("UnitFileState"), "enabled");
    const before = Number(await unitFact("MainPID"));
    const again = await spillway("service", "install");
    assert.match(again.out, /Nothing was\s+changed/);
    assert.equal(Number(await unitFact("MainPID")), before);

    process.kill(before, "SIGKILL");
    const server = await until(async () => {
      const { code, out } = await spillway("service", "status", "--json");
      const status = JSON.parse(out);
      return code === 0 && status.server !== null && status.pid !== before
        ? status.server
        : undefined;
    }, "new process");
    assert.equal(server.pid, Number(await unitFact("MainPID")));
    assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
    const itsOwn = await readFile(`/proc/${server.pid}/environ`, "utf8");
    assert.ok(!itsOwn.includes(SECRET));
    assert.ok(itsOwn.includes(`CLAUDE_USAGE_FILE=${home}/.claude/usage-status.md`));

    assert.equal((await spillway("service", "uninstall")).code, 0);
    assert.equal(await unitFact("ActiveState"), "inactive");
    assert.equal(await unitFact("UnitFileState"), "");
    assert.ok((await logLines()).at(-1)?.includes("gateway.draining"));
    assert.ok(!existsSync(join(home, ".config/spillway")));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/health`));
  });

  it("waits for a port that another has, without a hot loop, and takes it once it is free", async (t) => {
    const holder = createServer().listen(port, "127.0.0.1");
    t.after(() => holder.close());
    await once(holder, "listening");
    const startedMs = performance.now();
    const installed = await spillway("service", "install");
    assert.equal(installed.code, 1);
    assert.match(installed.out, /was started, but does not answer/);
    const restarts = await until(
      async () => Number(await unitFact("NRestarts")) || undefined,
      "restart",
    );
    const elapsedMs = performance.now() - startedMs;
    assert.ok(restarts <= elapsedMs / 5_000, `${restarts} in ${elapsedMs} ms`);
    assert.ok(
      (await logLines()).every((line) => line.includes(`Port ${port}`)),
      String(await logLines()),
    );
    holder.close();
    await until(async () => {
      return (
        (await spillway("service", "status", "--json")).out.includes('"started_at"') || undefined
      );
    }, "server");
    // The command after the start may still run.
    await until(async () => (await unitFact("ActiveState")) === "active" || undefined, "active");
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
