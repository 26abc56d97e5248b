import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openInstallKey } from "./install-key.ts";

async function keyIn(dataDir: string): Promise<string> {
  const key = await openInstallKey(dataDir);
  assert.ok(key.ok);
  return key.value.reveal();
}

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
      const key = await keyIn(dataDir);
      assert.match(key, /^[0-9a-f]{64}$/);
      assert.equal(await keyIn(dataDir), key);
      const path = join(dataDir, "install.key");
      assert.equal((await readFile(path, "utf8")).trim(), key);
      if (process.platform !== "win32") assert.equal((await stat(path)).mode & 0o777, 0o600);
    });
  });

  it("makes another one elsewhere", async () => {
    await inDirectory(async (one) => {
      await inDirectory(async (two) => {
        assert.notEqual(await keyIn(one), await keyIn(two));
      });
    });
  });

  it("F-03: refuses a damaged key rather than hashing with it", async () => {
    await inDirectory(async (dataDir) => {
      await writeFile(join(dataDir, "install.key"), "\n");
      const refused = await openInstallKey(dataDir);
      assert.ok(!refused.ok);
      assert.match(refused.error, /install\.key is damaged/);
    });
  });
});
