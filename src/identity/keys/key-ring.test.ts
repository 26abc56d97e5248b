import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { gatewayError } from "../../base/errors.ts";
import { fail } from "../../base/result.ts";
import { makeRing, mint, newKey, START_MS } from "./key-ring.fixture.ts";
import { carriesKey, isKeyShaped, mintSecret } from "./secret-format.ts";

const HOUR = 3_600_000;

describe("a Spillway key", () => {
  it("A-11: has a prefix, 256 random bits and a checksum", () => {
    const keys = new Set(Array.from({ length: 200 }, () => mintSecret().reveal()));
    assert.equal(keys.size, 200);
    for (const key of keys) {
      assert.match(key, /^spw-[0-9A-Za-z]{49}$/);
      assert.ok(isKeyShaped(key));
    }
  });

  it("A-11: shows a typing error by its checksum", () => {
    const key = mintSecret().reveal();
    for (let at = 4; at < key.length; at += 1) {
      const wrong = key[at] === "a" ? "b" : "a";
      assert.equal(isKeyShaped(key.slice(0, at) + wrong + key.slice(at + 1)), false, String(at));
    }
    assert.equal(isKeyShaped(`${key}0`), false);
    assert.equal(isKeyShaped(key.toUpperCase()), false);
  });

  it("is found in texts that are no place for it", () => {
    const key = mintSecret().reveal();
    for (const text of [`/v1/x?key=${key}`, `a=1; k=${key}`, `Bearer ${key}`]) {
      assert.equal(carriesKey(text), true, text);
    }
    for (const text of ["/v1/messages?beta=true", "spw-", "crspw-aaaaaaaaaaaa", "x=spw-short"]) {
      assert.equal(carriesKey(text), false, text);
    }
  });
});

describe("KeyRing", () => {
  it("finds a key by its secret, in this ring and in one over the stored records", async () => {
    const { ring, saved } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    const found = ring.find(value);
    assert.ok(found.ok);
    assert.equal(found.value.id, key.id);
    const again = makeRing({ records: saved }).ring.find(value);
    assert.ok(again.ok);
    const elsewhere = makeRing({ records: saved, installKey: "e".repeat(64) }).ring.find(value);
    assert.equal(elsewhere.ok, false);
  });

  it("A-11: keeps nothing that could be used as a key", async () => {
    const { ring, saved } = makeRing();
    const { value } = await mint(ring, "laptop");
    const random = value.slice(8, -4);
    const seen = inspect([saved, ring], { depth: 9, showHidden: true }) + JSON.stringify(saved);
    assert.ok(!seen.includes(random));
    assert.match(saved[0]?.hashes[0]?.hash ?? "", /^[0-9a-f]{64}$/);
    assert.match(saved[0]?.mask ?? "", /^spw-.{4}….{4}$/);
  });

  it("A-03, A-08: gives one answer to everything that never was a key", async () => {
    const { ring } = makeRing();
    const { value } = await mint(ring, "laptop");
    const strangers = [
      "",
      "spw-",
      "' OR 1=1 --",
      "spw-%00",
      "__proto__",
      "spw-${jndi:x}",
      mintSecret().reveal(),
      `${value.slice(0, -1)}~`,
      value.slice(0, 30),
      "spw-".padEnd(100_000, "a"),
    ];
    const answers = strangers.map((stranger) => JSON.stringify(ring.find(stranger)));
    assert.equal(new Set(answers).size, 1);
    assert.match(answers[0] ?? "", /key_unknown/);
  });

  it("S2-11: refuses a revoked key from then on, and leaves the others alone", async () => {
    const { ring } = makeRing();
    const one = await mint(ring, "one");
    const two = await mint(ring, "two");
    assert.ok((await ring.revoke(one.key.id)).ok);
    assert.equal(errorOf(ring.find(one.value)), "key_revoked");
    assert.ok(ring.find(two.value).ok);
  });

  it("refuses an expired key, and takes it back when it is extended", async () => {
    const { ring, clock } = makeRing();
    const { key, value } = await mint(ring, "laptop", { expiresAt: START_MS + HOUR });
    assert.ok(ring.find(value).ok);
    clock.nowMs += HOUR;
    assert.equal(errorOf(ring.find(value)), "key_expired");
    assert.ok((await ring.update(key.id, { expiresAt: null })).ok);
    assert.ok(ring.find(value).ok);
  });

  it("rotates: both secrets work for the overlap, then the new one alone", async () => {
    const { ring, saved, clock } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    const rotated = await ring.rotate(key.id, { overlapMs: HOUR });
    assert.ok(rotated.ok);
    const next = rotated.value.secret.reveal();
    assert.ok(ring.find(value).ok && ring.find(next).ok);
    clock.nowMs += HOUR;
    assert.equal(errorOf(ring.find(value)), "key_revoked");
    assert.ok(ring.find(next).ok);
    const restarted = makeRing({ records: saved.slice(-1) });
    restarted.clock.nowMs = clock.nowMs;
    assert.equal(errorOf(restarted.ring.find(value)), "key_revoked");
    assert.ok(restarted.ring.find(next).ok);
  });

  it("a second rotation does not lengthen the life of the first secret", async () => {
    const { ring, clock } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    await ring.rotate(key.id, { overlapMs: HOUR });
    clock.nowMs += HOUR / 2;
    await ring.rotate(key.id, { overlapMs: 10 * HOUR });
    clock.nowMs += HOUR / 2;
    assert.notEqual(ring.find(value).ok, true);
  });

  it("R21: makes the first key of an organisation its owner, later ones members", async () => {
    const { ring } = makeRing();
    assert.equal((await mint(ring, "one")).key.role, "owner");
    assert.equal((await mint(ring, "two")).key.role, "member");
    assert.equal((await mint(ring, "x", { organisation: "acme" })).key.role, "owner");
    assert.equal((await mint(ring, "three", { role: "owner" })).key.role, "owner");
  });

  it("has each name once among the active keys of an organisation, also with two at once", async () => {
    const { ring } = makeRing();
    const made = await Promise.all([ring.create(newKey("ci")), ring.create(newKey("CI"))]);
    assert.deepEqual(made.map(({ ok }) => ok).toSorted(), [false, true]);
    assert.ok((await ring.create(newKey("ci", { organisation: "acme" }))).ok);
    const first = ring.resolve("ci", "local");
    assert.ok(first.ok);
    await ring.revoke(first.value.id);
    assert.ok((await ring.create(newKey("ci"))).ok);
    const active = ring.resolve("ci", "local");
    assert.ok(active.ok && active.value.revokedAt === undefined);
  });

  it("S0-45: does not resolve a key of another organisation", async () => {
    const { ring } = makeRing();
    const { key } = await mint(ring, "theirs", { organisation: "acme" });
    assert.equal(errorOf(ring.resolve(key.id, "local")), "not_found");
    assert.equal(errorOf(ring.resolve("theirs", "local")), "not_found");
  });

  it("takes over nothing that could not be stored", async () => {
    const error = gatewayError("accounting_unavailable", "the disk is full");
    const { ring } = makeRing({ save: async () => fail(error) });
    assert.equal(errorOf(await ring.create(newKey("laptop"))), "accounting_unavailable");
    assert.deepEqual(ring.list(), []);
  });
});

function errorOf(result: { ok: true } | { ok: false; error: { code: string } }): string {
  return result.ok ? "ok" : result.error.code;
}
