import assert from "node:assert/strict";
import { mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { Home, newCredential } from "./vault.fixture.ts";
import type { Vault } from "./vault.ts";

const ORGANISATIONS = ["a", "b", "c"];
const ENV_KEY = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
const OTHER_ENV_KEY = "ff112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";

async function fill(home: Home, env = {}): Promise<Vault> {
  const vault = await home.start(env);
  for (const organisation of ORGANISATIONS) {
    const key = new Secret(`secret-of-${organisation}`);
    assert.ok((await vault.set(newCredential({ organisation, key }))).ok);
  }
  return vault;
}

function assertWhole(vault: Vault): void {
  for (const organisation of ORGANISATIONS) {
    const found = vault.find(organisation, "anthropic");
    assert.equal(found?.secret.reveal(), `secret-of-${organisation}`);
  }
}

async function keysIn(home: Home): Promise<readonly string[]> {
  return (await readFile(home.keyFile, "utf8")).trim().split("\n");
}

function mastersOf(home: Home): ReadonlySet<unknown> {
  return new Set(
    home.records.map(({ envelope }) => {
      const json: Record<string, unknown> = JSON.parse(envelope);
      return json["master"];
    }),
  );
}

describe("rotateMasterKey", () => {
  it("seals everything by a new key, and forgets the old one", async () => {
    await using home = await Home.open();
    const vault = await fill(home);
    const before = { keys: await keysIn(home), masters: mastersOf(home), rows: home.records };
    assert.deepEqual(await vault.rotateMasterKey(), { ok: true, value: { resealed: 3 } });
    assertWhole(vault);
    const [key, ...others] = await keysIn(home);
    assert.deepEqual(others, []);
    assert.notEqual(key, before.keys[0]);
    assert.equal(mastersOf(home).size, 1);
    assert.notDeepEqual(mastersOf(home), before.masters);
    assert.equal((await stat(home.keyFile)).mode & 0o077, 0);
    // What was stored does not look newer for it.
    for (const [i, { envelope: _, ...facts }] of home.records.entries()) {
      const { envelope: _old, ...old } = before.rows[i] ?? { envelope: "" };
      assert.deepEqual(facts, old);
    }
    assertWhole(await home.start());
  });

  it("opens nothing that the old key sealed once it is gone", async () => {
    await using home = await Home.open();
    const vault = await fill(home);
    const before = new Map(home.rows);
    await vault.rotateMasterKey();
    for (const [id, row] of before) home.rows.set(id, row);
    assert.match(await home.refusal(), /is not here/);
  });

  it("makes a key also where nothing is stored", async () => {
    await using home = await Home.open();
    const vault = await home.start();
    assert.deepEqual(await vault.rotateMasterKey(), { ok: true, value: { resealed: 0 } });
    assert.equal((await keysIn(home)).length, 1);
  });

  for (let stored = 0; stored <= ORGANISATIONS.length; stored += 1) {
    it(`R-08: a crash after ${stored} records loses nothing, and the next start finishes`, async () => {
      await using home = await Home.open();
      const vault = await fill(home);
      const [old] = await keysIn(home);
      const reached = Promise.withResolvers<void>();
      let saves = 0;
      let keysAtLast = "";
      home.onSave = async () => {
        saves += 1;
        keysAtLast = await readFile(home.keyFile, "utf8");
        if (saves <= stored) return true;
        reached.resolve();
        // The process goes no further, as one that was killed.
        return await new Promise<boolean>(() => {});
      };
      await Promise.race([vault.rotateMasterKey(), reached.promise]);
      // Also after the last record: what came then is undone.
      await writeFile(home.keyFile, keysAtLast);
      assert.deepEqual((await keysIn(home)).slice(1), [old]);
      home.onSave = () => true;
      assertWhole(await home.start());
      assert.equal((await keysIn(home)).length, 1);
      assert.notEqual((await keysIn(home))[0], old);
      assert.equal(mastersOf(home).size, 1);
      assertWhole(await home.start());
    });

    it(`a store that fails after ${stored} records loses nothing, and the next attempt finishes`, async () => {
      await using home = await Home.open();
      const vault = await fill(home);
      let saves = 0;
      home.onSave = async () => {
        saves += 1;
        // In the way of the last write, which leaves only the new key.
        if (saves === ORGANISATIONS.length) await mkdir(`${home.keyFile}.new`);
        return saves <= stored;
      };
      const failed = await vault.rotateMasterKey();
      assert.equal(!failed.ok && failed.error.code, "accounting_unavailable");
      assert.equal((await keysIn(home)).length, 2);
      assertWhole(vault);
      home.onSave = () => true;
      if (stored === ORGANISATIONS.length) await rmdir(`${home.keyFile}.new`);
      else await rm(`${home.keyFile}.new`, { recursive: true, force: true });
      const newest = (await keysIn(home))[0];
      // A key that comes in between is sealed by the new one.
      const key = new Secret("secret-of-a");
      assert.ok((await vault.set(newCredential({ organisation: "a", key }))).ok);
      assert.deepEqual(await vault.rotateMasterKey(), { ok: true, value: { resealed: 3 } });
      assert.deepEqual(await keysIn(home), [newest]);
      assertWhole(await home.start());
    });
  }

  it("changes nothing when the new key cannot be written", async () => {
    await using home = await Home.open();
    const vault = await fill(home);
    const before = { keys: await keysIn(home), rows: home.records };
    await mkdir(`${home.keyFile}.new`);
    const failed = await vault.rotateMasterKey();
    assert.equal(!failed.ok && failed.error.code, "accounting_unavailable");
    assert.deepEqual({ keys: await keysIn(home), rows: home.records }, before);
    await rmdir(`${home.keyFile}.new`);
    assert.ok((await vault.rotateMasterKey()).ok);
    assertWhole(await home.start());
  });

  it("is not disturbed by a half-written file that a crash left", async () => {
    await using home = await Home.open();
    const vault = await fill(home);
    await writeFile(`${home.keyFile}.new`, "0011", { mode: 0o644 });
    assert.ok((await vault.rotateMasterKey()).ok);
    assert.equal((await stat(home.keyFile)).mode & 0o077, 0);
    assertWhole(await home.start());
  });

  it("keeps the old key when a start cannot store what it seals anew", async () => {
    await using home = await Home.open();
    const vault = await fill(home);
    home.onSave = () => false;
    await vault.rotateMasterKey();
    assert.match(await home.refusal(), /Nothing is lost/);
    assert.equal((await keysIn(home)).length, 2);
    home.onSave = () => true;
    assertWhole(await home.start());
  });
});

describe("a master key of the environment", () => {
  it("is not replaced here, and the refusal says how to", async () => {
    await using home = await Home.open();
    const vault = await fill(home, { key: ENV_KEY });
    const refused = await vault.rotateMasterKey();
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /SPILLWAY_MASTER_KEY_PREVIOUS/);
    await assert.rejects(stat(home.keyFile), /ENOENT/);
  });

  it("follows another one of the environment, which is needed for one start", async () => {
    await using home = await Home.open();
    await fill(home, { key: ENV_KEY });
    assert.match(await home.refusal({ key: OTHER_ENV_KEY }), /SPILLWAY_MASTER_KEY_PREVIOUS/);
    assertWhole(await home.start({ key: OTHER_ENV_KEY, previous: ENV_KEY }));
    assertWhole(await home.start({ key: OTHER_ENV_KEY }));
    assert.ok(!(await home.tryToStart({ key: ENV_KEY })).ok);
  });

  it("follows the file's, and the file follows it", async () => {
    await using home = await Home.open();
    await fill(home);
    const fileKey = await readFile(home.keyFile, "utf8");
    assertWhole(await home.start({ key: ENV_KEY, previous: fileKey }));
    await rm(home.keyFile);
    assertWhole(await home.start({ key: ENV_KEY }));
    assertWhole(await home.start({ previous: ENV_KEY }));
    assertWhole(await home.start());
    assert.notEqual(await readFile(home.keyFile, "utf8"), fileKey);
  });
});
