import assert from "node:assert/strict";
import { readFile, rm, stat } from "node:fs/promises";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Secret } from "../base/secret.ts";
import { CANARY, Home, newCredential } from "./vault.fixture.ts";

const ENV_KEY = "00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";
const OTHER_ENV_KEY = "ff112233445566778899aabbccddeeff0123456789abcdef0123456789abcdef";

describe("Vault", () => {
  it("A-06: finds a credential for its organisation and provider alone, also after a restart", async () => {
    await using home = await Home.open();
    const first = await home.start();
    await assert.rejects(stat(home.keyFile), /ENOENT/);
    assert.ok((await first.set(newCredential({ overflow: true }))).ok);
    for (const vault of [first, await home.start()]) {
      const found = vault.find("local", "anthropic");
      assert.equal(found?.secret.reveal(), CANARY);
      assert.equal(found?.overflow, true);
      assert.equal(found?.createdAt, home.nowMs);
      assert.equal(vault.find("acme", "anthropic"), undefined);
      assert.equal(vault.find("local", "openai"), undefined);
      assert.deepEqual(vault.list("local"), [found]);
      assert.deepEqual(vault.list("acme"), []);
    }
  });

  it("replaces a key, and keeps when it was first stored and whether it takes overflow", async () => {
    await using home = await Home.open();
    const vault = await home.start();
    await vault.set(newCredential({ overflow: true }));
    const { nowMs } = home;
    home.nowMs += 1_000;
    const changed = await vault.set(newCredential({ key: new Secret("other-key"), label: "new" }));
    assert.ok(changed.ok);
    assert.equal(vault.find("local", "anthropic"), changed.value);
    assert.equal(changed.value.secret.reveal(), "other-key");
    assert.equal(changed.value.label, "new");
    assert.equal(changed.value.overflow, true);
    assert.equal(changed.value.createdAt, nowMs);
    assert.equal(changed.value.updatedAt, home.nowMs);
    const off = await vault.set(newCredential({ overflow: false }));
    assert.equal(off.ok && off.value.overflow, false);
  });

  it("shows a change only when it is stored", async () => {
    await using home = await Home.open();
    const vault = await home.start();
    home.onSave = () => {
      assert.equal(vault.find("local", "anthropic"), undefined);
      return false;
    };
    assert.ok(!(await vault.set(newCredential())).ok);
    assert.equal(vault.find("local", "anthropic"), undefined);
    home.onSave = () => true;
    await vault.set(newCredential());
    home.onSave = () => false;
    assert.ok(!(await vault.set(newCredential({ key: new Secret("other-key") }))).ok);
    assert.equal(vault.find("local", "anthropic")?.secret.reveal(), CANARY);
    home.onRemove = () => false;
    assert.ok(!(await vault.remove("local", "anthropic")).ok);
    assert.equal(vault.find("local", "anthropic")?.secret.reveal(), CANARY);
    home.onRemove = () => true;
    assert.ok((await vault.remove("local", "anthropic")).ok);
    assert.equal(vault.find("local", "anthropic"), undefined);
    assert.equal(home.rows.size, 0);
    const again = await vault.remove("local", "anthropic");
    assert.equal(!again.ok && again.error.code, "not_found");
  });

  it("keeps what is stored and what is found the same through changes at once", async () => {
    await using home = await Home.open();
    const vault = await home.start();
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) =>
        vault.set(newCredential({ key: new Secret(`key-number-${i}`) })),
      ),
      vault.rotateMasterKey(),
      vault.set(newCredential({ key: new Secret("the-last-one") })),
    ]);
    assert.equal(vault.find("local", "anthropic")?.secret.reveal(), "the-last-one");
    const later = await home.start();
    assert.equal(later.find("local", "anthropic")?.secret.reveal(), "the-last-one");
  });

  it("A-06: a row that was copied to another organisation is refused at the start", async () => {
    await using home = await Home.open();
    await (await home.start()).set(newCredential());
    for (const row of home.records) home.rows.set("x", { ...row, organisation: "acme" });
    const refusal = await home.refusal();
    assert.match(refusal, /anthropic key .* organisation acme .* copied from another/);
  });

  it("R-08: data without its master key is refused, and the refusal says what to do", async () => {
    await using home = await Home.open();
    await (await home.start()).set(newCredential());
    const key = (await readFile(home.keyFile, "utf8")).trim();
    await rm(home.keyFile);
    const withoutFile = await home.refusal();
    assert.match(withoutFile, /anthropic key .* organisation local .* cannot be opened/);
    assert.match(withoutFile, /Put .*master\.key back/);
    // A new key in its place would only hide that the old one is missing.
    await assert.rejects(stat(home.keyFile), /ENOENT/);
    assert.match(await home.refusal({ key: ENV_KEY }), /Set SPILLWAY_MASTER_KEY_PREVIOUS/);
    assert.match(await home.refusal({ key: ENV_KEY, previous: OTHER_ENV_KEY }), /is sealed by/);
    const back = await home.start({ key });
    assert.equal(back.find("local", "anthropic")?.secret.reveal(), CANARY);
  });

  it("two vaults do not open each other's records", async () => {
    await using one = await Home.open();
    await using two = await Home.open();
    await (await one.start()).set(newCredential());
    await (await two.start()).set(newCredential({ provider: "other" }));
    for (const row of one.records) two.rows.set("x", row);
    assert.match(await two.refusal(), /the anthropic key|The anthropic key .* is sealed by/);
    assert.ok((await one.tryToStart()).ok);
  });

  it("L-01: prints the credential nowhere, in no encoding", async () => {
    await using home = await Home.open();
    const vault = await home.start();
    const outcomes: unknown[] = [await vault.set(newCredential())];
    home.onSave = () => false;
    outcomes.push(await vault.set(newCredential()), await vault.rotateMasterKey());
    outcomes.push(vault, vault.find("local", "anthropic"), vault.list("local"), home.records);
    const text = [
      inspect(outcomes, { depth: 12, showHidden: true }),
      JSON.stringify(outcomes),
      String(vault.find("local", "anthropic")?.secret),
    ].join("\n");
    assert.match(text, /sk-ant-api03-Cana…wxyz/);
    const bytes = Buffer.from(CANARY);
    for (const shown of [
      "naryCanary",
      bytes.toString("hex").slice(30, 50),
      // Whatever stands before it shifts what base64 makes of it.
      ...[0, 1, 2].map((from) => bytes.subarray(12 + from, 36 + from).toString("base64")),
    ]) {
      assert.ok(!text.includes(shown), shown);
    }
  });
});
