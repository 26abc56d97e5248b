import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fail, ok } from "../base/result.ts";
import { writeServerInfo } from "../store/server-info.ts";
import type { Control } from "./control.ts";
import { runOn } from "./testing.ts";

const NO_KEYS: Control = {
  send: async () => ok({ status: 200, body: { keys: [] } }),
  [Symbol.asyncDispose]: async () => {},
};
const BUSY = fail({ isBusy: true, message: "busy" });

describe("openControl", () => {
  let home = "";
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "spillway-control-"));
  });
  after(async () => {
    await rm(home, { recursive: true, force: true });
  });

  it("does the server's work where none runs", async () => {
    const dirs: string[] = [];
    const openControl = async (loaded: { config: { data: { dir: string } } }) => {
      dirs.push(loaded.config.data.dir);
      return ok(NO_KEYS);
    };
    const dataDir = join(home, "none");
    const machine = { homeDir: home, openControl };
    const { code, out } = await runOn(machine, "keys", "list", "--data-dir", dataDir);
    assert.equal(code, 0);
    assert.match(out, /^No keys yet/);
    assert.deepEqual(dirs, [dataDir]);
  });

  it("waits for a server that is about to answer", async () => {
    const dataDir = await mkdtemp(join(home, "starting-"));
    const controlSocket = join(dataDir, "control.sock");
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end(JSON.stringify({ keys: [] }));
    });
    const sleep = async () => {
      if (server.listening) return;
      await new Promise<void>((resolve) => server.listen(controlSocket, resolve));
      await writeServerInfo(dataDir, { pid: 1, bootId: "b", startedAt: 0, controlSocket });
    };
    const machine = { homeDir: home, openControl: async () => BUSY, sleep };
    const { code, err } = await runOn(machine, "keys", "list", "--data-dir", dataDir);
    server.close();
    assert.equal(code, 0, err);
    assert.deepEqual(seen, ["GET /control/status", "GET /me/keys"]);
  });

  it("gives up on a directory that somebody has and nobody answers for", async () => {
    let rounds = 0;
    const sleep = async () => {
      rounds += 1;
    };
    const machine = { homeDir: home, openControl: async () => BUSY, sleep };
    const { code, err } = await runOn(machine, "keys", "list", "--data-dir", home);
    assert.equal(code, 1);
    assert.match(err, /^spillway: Another Spillway has the data directory .* does not answer/);
    assert.equal(rounds, 50);
  });

  it("says why a directory cannot be used", async () => {
    const openControl = async () => fail({ isBusy: false, message: "No space." });
    const { code, err } = await runOn({ homeDir: home, openControl }, "keys", "list");
    assert.deepEqual([code, err], [1, "spillway: No space.\n"]);
  });
});
