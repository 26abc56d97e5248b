import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { json } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { type ProgramRun, runAtTerminal, runProgram, type Typed } from "./program.ts";

const CONFIG = 'currency:\n  rates: { INR: "88.5" }\nauth:\n  required: true\n';

/** A machine of its own: its home, its data, and everything that the program said there. */
class Machine {
  readonly home: string;
  readonly dataDir: string;
  readonly said: string[] = [];
  readonly #upstreamUrl: string;

  constructor(home: string, upstreamUrl: string) {
    this.home = home;
    this.dataDir = join(home, "data");
    this.#upstreamUrl = upstreamUrl;
  }

  async spillway(args: readonly string[], input?: string): Promise<ProgramRun> {
    const given = input === undefined ? {} : { input };
    return this.#note(await runProgram(args, { ...this.#options(), ...given }));
  }

  async atTerminal(args: readonly string[], typed: readonly Typed[]): Promise<ProgramRun> {
    return this.#note(await runAtTerminal(args, typed, this.#options()));
  }

  /** Makes a key; its secret is not among what was said. */
  async makeKey(...args: readonly string[]): Promise<Made> {
    const { code, out, err } = await runProgram(
      ["keys", "create", ...args, "--json"],
      this.#options(),
    );
    assert.equal(code, 0, err);
    const { id, key } = JSON.parse(out);
    return { id, secret: key };
  }

  async serve(): Promise<Gateway> {
    const { dataDir } = this;
    return await startGateway({ upstreamUrl: this.#upstreamUrl, config: CONFIG, dataDir });
  }

  /** Where a secret stands that should stand nowhere. */
  async leaks(secret: string): Promise<readonly string[]> {
    const spellings = [secret, Buffer.from(secret).toString("base64").slice(0, -4)];
    const names = await readdir(this.home, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    const texts = await Promise.all(
      files.map(async ({ parentPath, name }) => await readFile(join(parentPath, name), "latin1")),
    );
    return [...this.said, ...texts].filter((text) =>
      spellings.some((spelling) => text.includes(spelling)),
    );
  }

  #options() {
    const env = { SPILLWAY_DATA_DIR: this.dataDir, SPILLWAY_ANTHROPIC_URL: this.#upstreamUrl };
    return { home: this.home, env };
  }

  #note(run: ProgramRun): ProgramRun {
    this.said.push(run.out, run.err);
    return run;
  }
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function statusOfMe({ url }: Gateway, key?: string): Promise<number> {
  const headers = key === undefined ? {} : { "x-spillway-key": key };
  const { status } = await fetch(`${url}/me`, { headers });
  return status;
}

function providerKey(): string {
  return `sk-ant-api03-${randomBytes(24).toString("hex")}`;
}

const hasScript = /util-linux/.test(
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "",
);
const NO_TERMINAL = hasScript ? false : "script of util-linux is not installed";

describe("spillway keys and byok", () => {
  let upstream: AnthropicUpstream;
  let machine: Machine;

  before(async () => {
    upstream = await startAnthropicUpstream();
  });
  beforeEach(async (context) => {
    upstream.reset();
    const home = await mkdtemp(join(tmpdir(), "spillway-keys-"));
    machine = new Machine(home, upstream.url);
    assert.ok("after" in context);
    context.after(async () => await rm(home, { recursive: true, force: true, maxRetries: 3 }));
  });
  after(async () => await upstream.close());

  it("makes, changes, rotates and revokes the keys of a running server", async () => {
    await using gateway = await machine.serve();
    const owner = await machine.makeKey("--name", "owner");
    const ci = await machine.makeKey("--name", "ci", "--budget", "500/month", "--currency", "INR");
    assert.equal(await statusOfMe(gateway), 401);
    assert.equal(await statusOfMe(gateway, owner.secret), 200);
    assert.equal(await statusOfMe(gateway, ci.secret), 200);

    const listed = await machine.spillway(["keys", "list"]);
    assert.match(listed.out, /^ {2}owner +spw-\S+ +owner +active +never$/m);
    assert.match(listed.out, /^ {2}ci +500 INR a month +0\.00 +500\.00 +in /m);
    const updated = await machine.spillway(["keys", "update", "ci", "--budget", "none"]);
    assert.match(updated.out, /^ {2}limits +none$/m);

    const rotated = await machine.spillway(["keys", "rotate", "ci", "--overlap", "0s", "--json"]);
    const { key } = JSON.parse(rotated.out);
    machine.said.splice(machine.said.indexOf(rotated.out), 1);
    assert.equal(await statusOfMe(gateway, ci.secret), 401);
    assert.equal(await statusOfMe(gateway, key), 200);

    assert.equal((await machine.spillway(["keys", "revoke", ci.id])).code, 0);
    assert.equal(await statusOfMe(gateway, key), 401);
    assert.equal((await machine.spillway(["keys", "revoke", "nobody"])).code, 3);
    machine.said.push(gateway.stdout(), gateway.stderr());
    for (const secret of [owner.secret, ci.secret, key]) {
      assert.deepEqual(await machine.leaks(secret), []);
    }
  });

  it("makes the first keys before the first start", async () => {
    const owner = await machine.makeKey("--name", "owner");
    const gone = await machine.makeKey("--name", "gone");
    assert.equal((await machine.spillway(["keys", "revoke", "gone"])).code, 0);
    const taken = await machine.spillway(["keys", "create", "--name", "OWNER"]);
    assert.equal(taken.code, 1);
    assert.match(taken.err, /^spillway: Another active key has this name/);
    const { out } = await machine.spillway(["keys", "show", "owner"]);
    assert.match(out, /^ {2}role +owner of the organisation local$/m);
    await using gateway = await machine.serve();
    assert.equal(await statusOfMe(gateway), 401);
    assert.equal(await statusOfMe(gateway, owner.secret), 200);
    assert.equal(await statusOfMe(gateway, gone.secret), 401);
    assert.deepEqual(await machine.leaks(owner.secret), []);
  });

  it("does one change after the other, when many commands come at once without a server", async () => {
    const names = ["a", "b", "c"];
    await Promise.all(names.map((name) => machine.makeKey("--name", name)));
    const { out } = await machine.spillway(["keys", "list", "--json"]);
    const { keys } = JSON.parse(out) as { keys: readonly { name: string; role: string }[] };
    assert.deepEqual(keys.map(({ name }) => name).toSorted(), names);
    assert.equal(keys.filter(({ role }) => role === "owner").length, 1);
  });

  for (const isServed of [true, false]) {
    const where = isServed ? "in a running server" : "without a server";
    it(`stores, tests and removes a provider's key ${where}`, async () => {
      await using scope = new AsyncDisposableStack();
      if (isServed) scope.use(await machine.serve());
      const secret = providerKey();
      const set = ["byok", "set", "anthropic", "--label", "claude-code", "--overflow"];
      const stored = await machine.spillway(set, `${secret}\n`);
      assert.equal(stored.code, 0, stored.err);
      assert.match(stored.out, /^The key is stored, and the provider takes it\.$/m);
      assert.equal(upstream.ofKind("models")[0]?.header("x-api-key"), secret);
      const listed = await machine.spillway(["byok", "list"]);
      assert.match(listed.out, /^ {2}anthropic +sk-ant-api03-\S{4}…\S{4} +claude-code +on +/m);

      upstream.on("models", json(401, { error: secret }));
      const tested = await machine.spillway(["byok", "test", "anthropic"]);
      assert.equal(tested.code, 1);
      assert.match(tested.out, /the provider refuses it \(401\)/);
      const renewed = await machine.spillway(["byok", "rotate-master-key"]);
      assert.match(renewed.out, /1 stored key sealed by it/);
      const again = await machine.spillway(["byok", "set", "anthropic", "--json"], secret);
      assert.equal(JSON.parse(again.out).overflow, true);

      assert.equal((await machine.spillway(["byok", "remove", "anthropic"])).code, 0);
      assert.equal((await machine.spillway(["byok", "remove", "anthropic"])).code, 3);
      const none = await machine.spillway(["byok", "list", "--json"]);
      assert.deepEqual(JSON.parse(none.out), { credentials: [] });
      assert.deepEqual(await machine.leaks(secret), []);
    });
  }

  it("refuses a secret as an argument without repeating it, and touches nothing", async () => {
    const secret = providerKey();
    for (const args of [
      ["byok", "set", "anthropic", secret],
      ["byok", "set", secret],
      ["byok", "set", "anthropic", `--key=${secret}`],
      ["byok", "set", "anthropic", "hunter2hunter2"],
    ]) {
      const { code, out, err } = await machine.spillway(args, "sk-ant-api03-another");
      assert.deepEqual([code, out], [2, ""]);
      assert.ok(!err.includes(secret.slice(0, 20)) && !err.includes("hunter2"), err);
    }
    assert.equal(existsSync(machine.dataDir), false);
  });

  it("asks at a terminal, shows nothing of the key, and writes the answer", {
    skip: NO_TERMINAL,
  }, async () => {
    await using _ = await machine.serve();
    const secret = providerKey();
    const { code, out } = await machine.atTerminal(
      ["byok", "set", "anthropic"],
      [
        { after: "(not shown): ", text: `${secret}\r` },
        { after: "10 USD a day. [y/N] ", text: "y\r" },
      ],
    );
    assert.equal(code, 0, out);
    const listed = await machine.spillway(["byok", "list", "--json"]);
    assert.equal(JSON.parse(listed.out).credentials[0].overflow, true);
    assert.equal(upstream.ofKind("models")[0]?.header("x-api-key"), secret);
    assert.deepEqual(await machine.leaks(secret), []);
  });

  it("stores nothing when the question is broken off", { skip: NO_TERMINAL }, async () => {
    const { code } = await machine.atTerminal(
      ["byok", "set", "anthropic"],
      [{ after: "(not shown): ", text: "half a key\u0003" }],
    );
    assert.equal(code, 1);
    const listed = await machine.spillway(["byok", "list", "--json"]);
    assert.deepEqual(JSON.parse(listed.out), { credentials: [] });
    assert.deepEqual(await machine.leaks("half a key"), []);
  });
});
