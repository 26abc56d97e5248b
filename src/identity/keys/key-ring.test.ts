import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { crc32 } from "node:zlib";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { makeRing, mint, newKey, START_MS } from "../key-ring.fixture.ts";
import { carriesKey, isKeyShaped, maskKey, mintSecret } from "./secret-format.ts";

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
    for (const text of [
      `/v1/x?key=${key}`,
      `/v1/x?key=%20${key}`,
      `/v1/x?a%3D${key}`,
      `/v1/x?key=${key.replace("-", "%2D")}`,
      `/v1/${key.slice(0, 20)}`,
      `a=1; k=${key}`,
      `Bearer Bearer ${key}`,
    ]) {
      assert.equal(carriesKey(text), true, text);
    }
    for (const text of ["/v1/messages?beta=true", "spw-", "crspw-aaaaaaaaaaaa", "x=spw-short"]) {
      assert.equal(carriesKey(text), false, text);
    }
  });
});

describe("maskKey", () => {
  it("shows the two ends of a key, and nothing of a shorter text", () => {
    const key = mintSecret().reveal();
    assert.equal(maskKey(key), `${key.slice(0, 8)}…${key.slice(-4)}`);
    for (const text of ["", "spw-abcd", "sk-ant-oat01"]) assert.equal(maskKey(text), "spw-…");
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

  // A comparison that stopped at the first wrong character would tell by its time how much is right. None is made: what
  // is looked up is an HMAC under a key of this installation, which is another text altogether for any other secret.
  it("A-08: looks up a hash that has nothing in common with that of a nearly right key", async () => {
    const { ring, saved } = makeRing();
    const elsewhere = makeRing({ installKey: "e".repeat(64) });
    const { value } = await mint(ring, "laptop");
    const hash = saved[0]?.hashes[0]?.hash ?? "";
    assert.notEqual(hash, createHash("sha256").update(value).digest("hex"));
    const near = withSameStart(value);
    assert.ok(isKeyShaped(near));
    assert.equal(near.slice(0, 46), value.slice(0, 46));
    assert.deepEqual(ring.find(near), elsewhere.ring.find(near));
    assert.equal(errorOf(ring.find(near)), "key_unknown");
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

  it("a rotation without overlap ends every secret before it, and says why", async () => {
    const { ring } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    const second = await ring.rotate(key.id, { overlapMs: 10 * HOUR });
    const third = await ring.rotate(key.id, { overlapMs: 0 });
    assert.ok(second.ok && third.ok);
    assert.equal(errorOf(ring.find(value)), "key_revoked");
    assert.equal(errorOf(ring.find(second.value.secret.reveal())), "key_revoked");
    assert.ok(ring.find(third.value.secret.reveal()).ok);
    assert.notEqual(third.value.key.mask, key.mask);
  });

  it("keeps a bounded number of ended secrets", async () => {
    const { ring, saved } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    for (let count = 0; count < 40; count += 1) await ring.rotate(key.id, { overlapMs: 0 });
    assert.ok((saved.at(-1)?.hashes.length ?? 99) < 30);
    assert.equal(errorOf(ring.find(value)), "key_unknown");
  });

  it("never takes a revoked key back", async () => {
    const { ring } = makeRing();
    const { key, value } = await mint(ring, "laptop");
    const revoked = await ring.revoke(key.id);
    assert.equal(errorOf(await ring.update(key.id, { expiresAt: null })), "invalid_body");
    assert.equal(errorOf(await ring.rotate(key.id, { overlapMs: HOUR })), "invalid_body");
    assert.deepEqual(await ring.revoke(key.id), revoked);
    assert.equal(errorOf(ring.find(value)), "key_revoked");
  });

  it("changes what is named and clears what is undefined, for the next look-up", async () => {
    const { ring } = makeRing();
    const settings = { budgets: [], timeZone: "UTC", models: ["a"], dailyRequests: 5 };
    const { key, value } = await mint(ring, "laptop", { settings });
    const changed = await ring.update(key.id, {
      name: "desk",
      settings: { dailyRequests: undefined, mode: "inject" },
    });
    assert.ok(changed.ok);
    const found = ring.find(value);
    assert.ok(found.ok);
    assert.equal(found.value.name, "desk");
    assert.equal(found.value.principal, "laptop");
    assert.deepEqual(found.value.settings, {
      budgets: [],
      timeZone: "UTC",
      models: ["a"],
      dailyRequests: undefined,
      mode: "inject",
    });
    assert.equal(errorOf(await ring.update("key_none", {})), "not_found");
  });

  it("gives a name to one active key only, also when an expired one is extended", async () => {
    const { ring, clock } = makeRing();
    const { key } = await mint(ring, "laptop", { expiresAt: START_MS + HOUR });
    clock.nowMs += HOUR;
    const second = await mint(ring, "Laptop");
    assert.equal(errorOf(await ring.update(key.id, { expiresAt: null })), "name_taken");
    const third = await mint(ring, "desk");
    assert.equal(errorOf(await ring.update(third.key.id, { name: "LAPTOP" })), "name_taken");
    assert.ok((await ring.update(second.key.id, { name: "LAPTOP" })).ok);
    assert.ok((await ring.update(key.id, { name: "old", expiresAt: null })).ok);
  });

  it("R21: does not leave active keys without an owner by a change of role", async () => {
    const { ring } = makeRing();
    const { key: first } = await mint(ring, "one");
    const { key: second } = await mint(ring, "two");
    assert.equal(errorOf(await ring.update(first.id, { role: "member" })), "invalid_body");
    assert.ok((await ring.update(second.id, { role: "owner" })).ok);
    const both = await Promise.all(
      [first, second].map(({ id }) => ring.update(id, { role: "member" })),
    );
    assert.equal(both.filter((result) => result.ok).length, 1);
    // A key that leaked has to go, whatever its role.
    for (const { id } of [first, second]) assert.ok((await ring.revoke(id)).ok);
    assert.equal((await mint(ring, "three")).key.role, "owner");
  });

  it("lists the newest first, and those of one organisation", async () => {
    const { ring } = makeRing();
    for (const name of ["one", "two", "three"]) await mint(ring, name);
    const { key } = await mint(ring, "theirs", { organisation: "acme" });
    assert.deepEqual(
      ring.list("local").map(({ name }) => name),
      ["three", "two", "one"],
    );
    assert.deepEqual(ring.list("acme"), [key]);
    assert.equal(ring.list().length, 4);
    assert.equal(ring.get(key.id)?.name, "theirs");
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
    assert.equal(made.filter((result) => result.ok).length, 1);
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

  it("A-10: a change holds as soon as it is stored, not before, and not when it could not be", async () => {
    let stored = Promise.withResolvers<Result<void, GatewayError>>();
    stored.resolve(ok(undefined));
    const { ring } = makeRing({ save: () => stored.promise });
    const { key, value } = await mint(ring, "laptop");
    stored = Promise.withResolvers();
    const failing = ring.revoke(key.id);
    assert.ok(ring.find(value).ok);
    stored.resolve(fail(gatewayError("accounting_unavailable", "the disk is full")));
    assert.equal(errorOf(await failing), "accounting_unavailable");
    assert.ok(ring.find(value).ok);
    stored = Promise.withResolvers();
    const revoking = ring.revoke(key.id);
    stored.resolve(ok(undefined));
    await revoking;
    assert.equal(errorOf(ring.find(value)), "key_revoked");
  });

  it("goes on after a save that threw", async () => {
    let broken = true;
    const { ring } = makeRing({
      save: async () => {
        if (broken) throw new Error("a bug");
        return ok(undefined);
      },
    });
    await assert.rejects(ring.create(newKey("laptop")), /a bug/);
    broken = false;
    assert.ok((await ring.create(newKey("laptop"))).ok);
  });
});

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A key with a right checksum, like another one but for the last digit of its random part. */
function withSameStart(key: string): string {
  const body = `${key.slice(0, 46)}${key[46] === "a" ? "b" : "a"}`;
  let rest = crc32(body);
  let checksum = "";
  for (let digit = 0; digit < 6; digit += 1) {
    checksum = BASE62.charAt(rest % 62) + checksum;
    rest = Math.floor(rest / 62);
  }
  return body + checksum;
}

function errorOf(result: { ok: true } | { ok: false; error: { code: string } }): string {
  return result.ok ? "ok" : result.error.code;
}
