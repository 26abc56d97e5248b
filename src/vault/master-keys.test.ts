import assert from "node:assert/strict";
import { chmod, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Secret } from "../base/secret.ts";
import { readMasterKey } from "./master-key.ts";
import { openMasterKeys } from "./master-keys.ts";
import { Home } from "./vault.fixture.ts";

const HEX = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
const BYTES = Buffer.from(HEX, "hex");

async function refusalOf(places: { dataDir: string; key?: Secret; previous?: Secret }) {
  const keys = await openMasterKeys(places);
  assert.ok(!keys.ok);
  return keys.error;
}

describe("openMasterKeys", () => {
  it("F-03: makes a file when something is to be sealed, for its owner alone, and keeps to it", async () => {
    await using home = await Home.open();
    const keys = await openMasterKeys(home);
    assert.ok(keys.ok);
    await assert.rejects(stat(home.keyFile), /ENOENT/);
    const made = await keys.value.current();
    assert.ok(made.ok);
    assert.match(await readFile(home.keyFile, "utf8"), /^[0-9a-f]{64}\n$/);
    if (process.platform !== "win32") assert.equal((await stat(home.keyFile)).mode & 0o777, 0o600);
    assert.deepEqual(await keys.value.current(), made);
    const later = await openMasterKeys(home);
    assert.ok(later.ok);
    const read = await later.value.current();
    assert.equal(read.ok && read.value.id, made.value.id);
  });

  it("never writes over a key that appeared in the meantime", async () => {
    await using home = await Home.open();
    const keys = await openMasterKeys(home);
    assert.ok(keys.ok);
    await writeFile(home.keyFile, `${HEX}\n`, { mode: 0o600 });
    const made = await keys.value.current();
    assert.ok(!made.ok);
    assert.equal(made.error.code, "accounting_unavailable");
    assert.equal(await readFile(home.keyFile, "utf8"), `${HEX}\n`);
  });

  it("F-03: refuses a file that others can read", async (context) => {
    if (process.platform === "win32") return context.skip("Windows has no such modes");
    await using home = await Home.open();
    await writeFile(home.keyFile, `${HEX}\n`);
    for (const mode of [0o644, 0o640, 0o604, 0o602]) {
      await chmod(home.keyFile, mode);
      assert.match(await refusalOf(home), /Other users .*master\.key.*chmod 600/);
    }
    await chmod(home.keyFile, 0o400);
    assert.ok((await openMasterKeys(home)).ok);
  });

  it("F-03: refuses a damaged file, says what to do, and shows nothing of it", async () => {
    await using home = await Home.open();
    for (const [text, problem] of [
      ["", /is empty/],
      ["\n \n", /is empty/],
      [HEX.slice(0, 63), /too short/],
      [`${HEX}\n${HEX.slice(0, 40)}\n`, /too short/],
      [BYTES.toString("base64"), /too short/],
      [`${HEX}ab`, /not a master key/],
      [`${HEX.slice(0, 63)}x`, /not a master key/],
      ["ab".repeat(32), /too weak/],
      [`${HEX}\n`.repeat(1_000), /not a key file/],
    ] as const) {
      await writeFile(home.keyFile, text, { mode: 0o600 });
      const refusal = await refusalOf(home);
      assert.match(refusal, problem);
      assert.match(refusal, /backup/);
      assert.ok(!refusal.includes(HEX.slice(0, 8)));
      assert.ok(!refusal.includes("abab"));
    }
    await rm(home.keyFile);
    await mkdir(home.keyFile);
    assert.match(await refusalOf(home), /master\.key/);
  });

  it("takes the environment's key in each of its spellings, and then makes no file", async () => {
    await using home = await Home.open();
    const { dataDir } = home;
    const base64 = BYTES.toString("base64");
    const ids = new Set<string>();
    for (const text of [
      HEX,
      HEX.toUpperCase(),
      ` ${HEX}\n`,
      base64,
      base64.replace("=", ""),
      BYTES.toString("base64url"),
    ]) {
      const keys = await openMasterKeys({ dataDir, key: new Secret(text) });
      assert.ok(keys.ok, text);
      const current = await keys.value.current();
      assert.ok(current.ok);
      ids.add(current.value.id);
    }
    assert.equal(ids.size, 1);
    await assert.rejects(stat(home.keyFile), /ENOENT/);
  });

  it("F-03: refuses a bad key of the environment by the variable's name alone", async () => {
    await using home = await Home.open();
    const { dataDir } = home;
    for (const [text, problem] of [
      ["", / is empty/],
      ["correcthorse", / is too short/],
      [HEX.slice(2), / is too short/],
      [`${HEX}00`, / is not a master key/],
      ["correct horse battery staple", / is not a master key/],
      ["A".repeat(43), / is too weak/],
    ] as const) {
      const key = new Secret(text);
      const refusals = [
        await refusalOf({ dataDir, key }),
        await refusalOf({ dataDir, previous: key }),
      ];
      assert.match(refusals[0] ?? "", /^SPILLWAY_MASTER_KEY is/);
      assert.match(refusals[1] ?? "", /^SPILLWAY_MASTER_KEY_PREVIOUS is/);
      for (const refusal of refusals) {
        assert.match(refusal, problem);
        assert.ok(text === "" || !refusal.includes(text));
      }
    }
  });

  it("L-01: neither keys nor their holder print", async () => {
    await using home = await Home.open();
    const { dataDir } = home;
    const keys = await openMasterKeys({ dataDir, key: new Secret(HEX), previous: new Secret(HEX) });
    const key = readMasterKey(HEX);
    const shown = [
      inspect([keys, key], { depth: 9, showHidden: true }),
      JSON.stringify([keys, key]),
    ];
    for (const text of shown) {
      for (const encoding of ["hex", "base64", "base64url"] as const) {
        assert.ok(!text.includes(BYTES.toString(encoding).slice(0, 12)));
      }
      assert.ok(!text.includes("00 11 22 33"));
    }
  });
});
