import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openInstallKey } from "./install-key.ts";

async function inDirectory(body: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), "spillway-key-"));
  try {
    await body(dataDir);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

describe("openInstallKey", () => {
  it("W-05: makes a key once, 256 bits, for the owner alone", async () => {
    await inDirectory(async (dataDir) => {
      const key = await openInstallKey(dataDir);
      assert.match(key.reveal(), /^[0-9a-f]{64}$/);
      assert.equal((await openInstallKey(dataDir)).reveal(), key.reveal());
      const path = join(dataDir, "install.key");
      assert.equal((await readFile(path, "utf8")).trim(), key.reveal());
      if (process.platform !== "win32") assert.equal((await stat(path)).mode & 0o777, 0o600);
    });
  });

  it("makes another one elsewhere", async () => {
    await inDirectory(async (one) => {
      await inDirectory(async (two) => {
        assert.notEqual((await openInstallKey(one)).reveal(), (await openInstallKey(two)).reveal());
      });
    });
  });

  it("F-03: refuses a damaged key rather than hashing with it", async () => {
    await inDirectory(async (dataDir) => {
      await writeFile(join(dataDir, "install.key"), "\n");
      await assert.rejects(openInstallKey(dataDir), /damaged/);
    });
  });
});
