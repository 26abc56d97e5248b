import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { temporaryDirectory } from "../records.fixture.ts";
import { WalSync } from "./wal-sync.ts";

describe("WalSync", () => {
  it("R-02: reports a flush that the system refuses", {
    skip: process.platform !== "linux",
  }, async () => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    // A device that cannot be flushed.
    const walSync = new WalSync("/dev/null", resolve);
    walSync.request();
    assert.match((await promise).message, /fdatasync/);
    assert.throws(() => walSync.runNow(), /fdatasync/);
    walSync.close();
  });

  it("flushes a file without complaint, and nothing after it is closed", async (t) => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, "log");
    await writeFile(path, "x");
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const failures: Error[] = [];
    const walSync = new WalSync(path, (error) => failures.push(error));
    walSync.runNow();
    walSync.request();
    walSync.close();
    t.mock.timers.tick(10);
    assert.deepEqual(failures, []);
  });
});
