import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { ProgramOutcome } from "../deps.ts";
import { type Run, runOn } from "../testing.ts";

const SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I=";
const DONE: ProgramOutcome = { code: 0, out: "", err: "" };

/** A machine with a service manager that does as it is told, and a server that answers while its service is active. */
class Machine {
  readonly home = mkdtempSync(join(tmpdir(), "spillway-service-"));
  readonly platform: NodeJS.Platform;
  readonly commands: string[] = [];
  env: Readonly<Record<string, string>> = {};
  isActive = false;
  isReachable = true;
  failing: string | undefined;
  #server: Server | undefined;

  constructor(platform: NodeJS.Platform) {
    this.platform = platform;
  }

  async spillway(...args: readonly string[]): Promise<Run> {
    this.commands.length = 0;
    const { home: homeDir, platform, env } = this;
    const host = { run: async (argv: readonly string[]) => await this.#run(argv) };
    return await runOn({ homeDir, platform, env, host }, "service", ...args);
  }

  path(...steps: readonly string[]): string {
    return join(this.home, ...steps);
  }

  /** Somebody else's server in the data directory, process 77. */
  async serve(pid: number): Promise<void> {
    const dataDir =
      this.platform === "darwin"
        ? this.path("Library/Application Support/Spillway")
        : this.path(".local/share/spillway");
    mkdirSync(dataDir, { recursive: true });
    const socket = this.path("control.sock");
    const status = {
      pid,
      version: "1.2.3",
      started_at: "2026-11-25T10:00:00Z",
      url: "http://127.0.0.1:4080",
      data_dir: dataDir,
      providers: [],
    };
    const server = createServer((_, response) => response.end(JSON.stringify(status)));
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(socket, resolve);
    await promise;
    this.#server = server;
    const info = { pid, bootId: "b", startedAt: 1, controlSocket: socket };
    writeFileSync(join(dataDir, "server.json"), JSON.stringify(info));
  }

  async #run(argv: readonly string[]): Promise<ProgramOutcome> {
    const line = argv.join(" ");
    if (!this.isReachable) return { code: 1, out: "", err: "Failed to connect to bus: No medium" };
    if (line.startsWith("systemctl --user show")) return { ...DONE, out: this.#properties() };
    if (line.startsWith("launchctl print")) return this.#print();
    this.commands.push(line);
    if (this.failing !== undefined && line.includes(this.failing)) {
      return { code: 5, out: "", err: "it does not want to" };
    }
    if (/ (?:start|restart|bootstrap|load) /.test(line) && !this.isActive) {
      this.isActive = true;
      if (this.#server === undefined) await this.serve(42);
    }
    if (/ (?:disable|bootout) /.test(line)) this.stop();
    return DONE;
  }

  #properties(): string {
    const [enabled, active, pid] = this.isActive ? ["enabled", "active", 42] : ["", "inactive", 0];
    return `UnitFileState=${enabled}\nActiveState=${active}\nSubState=x\nMainPID=${pid}\nNRestarts=0\nResult=success\n`;
  }

  #print(): ProgramOutcome {
    return this.isActive
      ? { ...DONE, out: "com.spillway.gateway = {\n\tstate = running\n\tpid = 42\n}\n" }
      : { code: 113, out: "", err: "Could not find service" };
  }

  stop(): void {
    this.isActive = false;
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
    rmSync(this.path("control.sock"), { force: true });
  }

  [Symbol.dispose](): void {
    this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function without(tree: readonly string[], ...parts: readonly string[]): readonly string[] {
  return tree.filter((path) => !parts.some((part) => path.includes(part)));
}

describe("spillway service on Linux", () => {
  let machine: Machine;
  let unit: string;
  let secrets: string;

  beforeEach(() => {
    machine = new Machine("linux");
    unit = machine.path(".config/systemd/user/spillway.service");
    secrets = machine.path(".config/spillway/service.env");
  });
  afterEach(() => machine[Symbol.dispose]());

  it("installs, enables and starts, and says what to do next (S1-136, S1-141, S1-156)", async () => {
    machine.env = { PORT: "4090" };
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 0, out);
    assert.deepEqual(machine.commands, [
      "systemctl --user daemon-reload",
      "systemctl --user enable spillway.service",
      "systemctl --user reset-failed spillway.service",
      "systemctl --user restart spillway.service",
    ]);
    const text = readFileSync(unit, "utf8");
    assert.ok(text.includes('ExecStart="/opt/node/bin/node" "/opt/spillway/src/main.ts" "serve"'));
    assert.ok(text.includes('Environment="PORT=4090"'));
    const usage = machine.path(".claude/usage-status.md");
    assert.ok(text.includes(`Environment="CLAUDE_USAGE_FILE=${usage}"`));
    assert.ok(statSync(machine.path(".local/share/spillway/logs")).isDirectory());
    for (const said of [
      /installed and runs at http:\/\/127\.0\.0\.1:4080/,
      /export ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:4080/,
      /~\/\.bashrc or ~\/\.zshrc/,
      /spillway connect claude-code --write/,
      /Close all Claude Code windows and open a fresh one: running sessions keep\s+their old environment\./,
      /spillway service status/,
      /loginctl enable-linger/,
    ]) {
      assert.match(out, said);
    }
  });

  it("changes nothing the second time, and says so", async () => {
    await machine.spillway("install");
    const before = statSync(unit).mtimeMs;
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 0);
    assert.match(out, /was installed already and runs at .*Nothing was\s+changed\./s);
    assert.deepEqual(machine.commands, []);
    assert.equal(statSync(unit).mtimeMs, before);
    const { out: json } = await machine.spillway("install", "--json");
    assert.equal(JSON.parse(json).changed, false);
  });

  it("starts the service anew when its settings changed", async () => {
    await machine.spillway("install");
    const { code, out } = await machine.spillway("install", "--env", "PORT=4091");
    assert.equal(code, 0);
    assert.match(out, /replaced +~\/\.config\/systemd\/user\/spillway\.service/);
    assert.equal(machine.commands.at(-1), "systemctl --user restart spillway.service");
  });

  it("keeps secrets in a file for their owner alone, never shows them and never loses one", async () => {
    machine.env = { SPILLWAY_MASTER_KEY: SECRET };
    const printed = await machine.spillway("install", "--print", "--env", "MINE=hidden-7");
    assert.match(printed.out, /SPILLWAY_MASTER_KEY=\[secret\]\nMINE=\[secret\]/);
    const runs = [printed, await machine.spillway("install", "--env", "MINE=hidden-7", "--json")];
    machine.env = {};
    runs.push(await machine.spillway("install"));
    for (const { code, out, err } of runs) {
      assert.equal(code, 0, err);
      assert.ok(!`${out}${err}`.includes(SECRET) && !`${out}${err}`.includes("hidden-7"));
    }
    const text = readFileSync(secrets, "utf8");
    assert.ok(text.includes(`SPILLWAY_MASTER_KEY='${SECRET}'\nMINE='hidden-7'\n`));
    assert.equal(statSync(secrets).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(secrets)).mode & 0o777, 0o700);
    const unitText = readFileSync(unit, "utf8");
    assert.ok(!unitText.includes(SECRET) && unitText.includes(`"--env-file=${secrets}"`));
  });

  it("prints files and commands and changes nothing", async () => {
    const { code, out } = await machine.spillway("install", "--print");
    assert.equal(code, 0);
    assert.match(out, /^# ~\/\.config\/systemd\/user\/spillway\.service$/m);
    assert.match(out, /^WantedBy=default\.target$/m);
    assert.match(out, /^systemctl --user enable spillway\.service$/m);
    assert.deepEqual([machine.commands, readdirSync(machine.home)], [[], []]);
    const { files, commands } = JSON.parse(
      (await machine.spillway("install", "--print", "--json")).out,
    );
    assert.deepEqual([files[0].path, commands.length], [unit, 4]);
  });

  it("writes the unit where systemd cannot be asked, says what to run later and ends with 3", async () => {
    machine.isReachable = false;
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 3);
    assert.match(out, /not started: systemd cannot be\s+asked\s+here\s+\(Failed to connect to bus/);
    assert.match(out, /Start it where that works:\n.*daemon-reload\n.*enable.*\n.*start spillway/);
    assert.ok(existsSync(unit));
    const status = await machine.spillway("status");
    assert.equal(status.code, 3);
    assert.match(status.out, /installed, but not running/);
    assert.equal((await machine.spillway("uninstall")).code, 0);
    assert.ok(!existsSync(unit));
  });

  it("leaves a unit alone that somebody else wrote", async () => {
    mkdirSync(dirname(unit), { recursive: true });
    writeFileSync(unit, "[Service]\nExecStart=/bin/true\n");
    for (const command of ["install", "uninstall"]) {
      const { code, err } = await machine.spillway(command);
      assert.equal(code, 1);
      assert.match(err, /was not written by this command and is left alone/);
    }
    assert.equal(readFileSync(unit, "utf8"), "[Service]\nExecStart=/bin/true\n");
    assert.deepEqual(machine.commands, []);
  });

  it("names the command that failed, with what it said", async () => {
    machine.failing = "enable";
    const { code, err } = await machine.spillway("install");
    assert.equal(code, 1);
    assert.match(
      err,
      /systemctl --user enable spillway\.service ended with 5: it does not want to/,
    );
  });

  it("asks the server itself where the system says that the start has failed", async () => {
    machine.failing = " restart ";
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 1);
    assert.match(out, /was started, but does not answer/);
    assert.match(out, /See why in/);
  });

  it("says that another server has the data directory", async () => {
    await machine.serve(77);
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 0);
    assert.match(out, /installed and waits: process 77, started\s+otherwise, serves/);
    assert.match(out, /End process 77; the service takes over/);
  });

  it("refuses settings that serve would refuse, before it writes anything", async () => {
    const { code, err } = await machine.spillway("install", "--env", "PORT=many");
    assert.equal(code, 1);
    assert.match(err, /env PORT/);
    assert.deepEqual(readdirSync(machine.home), []);
  });

  it("says with 0 that it runs, where files and logs are, and with 3 that it does not", async () => {
    const absent = await machine.spillway("status");
    assert.equal(absent.code, 3);
    assert.match(absent.out, /is not installed\..*Install it: spillway service install/s);
    await machine.spillway("install");
    const { code, out } = await machine.spillway("status", "--json");
    assert.equal(code, 0);
    const { server, ...facts } = JSON.parse(out);
    assert.equal(server.pid, 42);
    const logs = machine.path(".local/share/spillway/logs");
    assert.deepEqual(facts, {
      manager: "systemd",
      installed: true,
      enabled: true,
      running: true,
      pid: 42,
      state: "active (x)",
      unreachable: null,
      definition: unit,
      logs: [join(logs, "spillway.log"), join(logs, "spillway-error.log")],
    });
  });

  it("takes away what it made, and nothing else (S1-137)", async () => {
    const other = machine.path(".config/systemd/user/other.service");
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, "[Service]\n");
    const before = readdirSync(machine.home, { recursive: true }).map(String).toSorted();
    await machine.spillway("install", "--env", "MINE=x");
    const { code, out } = await machine.spillway("uninstall");
    assert.equal(code, 0);
    assert.match(out, /is uninstalled\..*Data and logs stay\./s);
    assert.deepEqual(machine.commands, [
      "systemctl --user disable --now spillway.service",
      "systemctl --user daemon-reload",
      "systemctl --user reset-failed spillway.service",
    ]);
    const after = readdirSync(machine.home, { recursive: true }).map(String).toSorted();
    assert.deepEqual(without(after, ".local"), before);
    const again = await machine.spillway("uninstall");
    assert.deepEqual([again.code, machine.commands], [0, []]);
    assert.match(again.out, /nothing to take away/);
  });
});

describe("spillway service on macOS", () => {
  it("loads an agent, again when it changed, and takes it away (S1-138, S1-139)", async () => {
    using machine = new Machine("darwin");
    const plist = machine.path("Library/LaunchAgents/com.spillway.gateway.plist");
    const { code, out } = await machine.spillway("install");
    assert.equal(code, 0, out);
    assert.deepEqual(machine.commands, [
      "launchctl bootout gui/1000/com.spillway.gateway",
      "launchctl enable gui/1000/com.spillway.gateway",
      `launchctl bootstrap gui/1000 ${plist}`,
    ]);
    assert.match(out, /~\/\.zshrc or ~\/\.bash_profile/);
    assert.ok(existsSync(plist));
    assert.match((await machine.spillway("install")).out, /Nothing was\s+changed/);
    assert.deepEqual(machine.commands, []);
    assert.match((await machine.spillway("status")).out, /launchd +running, process 42/);
    assert.equal((await machine.spillway("uninstall")).code, 0);
    assert.deepEqual(machine.commands, ["launchctl bootout gui/1000/com.spillway.gateway"]);
    assert.ok(!existsSync(plist));
  });

  it("loads in the old way where the new one fails", async () => {
    using machine = new Machine("darwin");
    machine.failing = "bootstrap";
    const { code } = await machine.spillway("install");
    assert.equal(code, 0);
    const plist = machine.path("Library/LaunchAgents/com.spillway.gateway.plist");
    assert.equal(machine.commands.at(-1), `launchctl load -w ${plist}`);
  });
});
