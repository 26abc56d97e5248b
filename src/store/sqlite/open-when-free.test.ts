import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { writeServerInfo } from "../server-info.ts";
import { openWhenFree } from "./open-when-free.ts";
import { clockAt, openStore } from "./store.fixture.ts";

const options = (dataDir: string) => ({
  dataDir,
  clock: clockAt(0),
  bootId: "boot-2",
  onProblem: () => {},
});

describe("openWhenFree", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "spillway-free-"));
  });
  afterEach(async () => await rm(dataDir, { recursive: true, force: true }));

  it("waits for a command that has the data directory", async () => {
    const command = await openStore(dataDir);
    const opening = openWhenFree(options(dataDir));
    await sleep(400);
    await command.close();
    const opened = await opening;
    assert.ok(opened.ok);
    await opened.value[Symbol.asyncDispose]();
  });

  it("does not wait for another server", async () => {
    await using server = await openStore(dataDir);
    const url = "http://127.0.0.1:4080";
    await writeServerInfo(dataDir, { pid: 1, bootId: "boot-1", startedAt: 0, url });
    // The clock stands still, so that waiting would never end.
    const opened = await openWhenFree(options(dataDir));
    assert.ok(!opened.ok && opened.error.kind === "already_running");
    assert.match(opened.error.message, /http:\/\/127\.0\.0\.1:4080/);
    assert.ok(server.store.accepting);
  });

  it("gives up on one that keeps it", async () => {
    await using _ = await openStore(dataDir);
    let nowMs = 0;
    const clock = { now: () => 0, monotonicMs: () => (nowMs += 3_000) };
    const opened = await openWhenFree({ ...options(dataDir), clock });
    assert.ok(!opened.ok && opened.error.kind === "already_running");
  });
});
