import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { openEnvelope, type SealedFor, sealEnvelope } from "./envelope.ts";
import { makeMasterKey } from "./master-key.ts";

const OWNER: SealedFor = { organisation: "acme", provider: "anthropic" };
const SECRET = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
const master = makeMasterKey();
const find = (id: string) => (id === master.id ? master.key : undefined);
const sealed = sealEnvelope(new Secret(SECRET), OWNER, master);

describe("envelope", () => {
  it("opens for its owner, and says which key sealed it", () => {
    const opened = openEnvelope(sealed, OWNER, find);
    assert.ok(opened.ok);
    assert.equal(opened.value.secret.reveal(), SECRET);
    assert.equal(opened.value.master, master.id);
  });

  it("seals the same credential differently each time", () => {
    const again: Record<string, unknown> = JSON.parse(
      sealEnvelope(new Secret(SECRET), OWNER, master),
    );
    const before: Record<string, unknown> = JSON.parse(sealed);
    assert.deepEqual(Object.keys(again), ["v", "master", "key", "data"]);
    assert.notEqual(again["key"], before["key"]);
    assert.notEqual(again["data"], before["data"]);
  });

  it("A-06: does not open for another owner, also one whose names run together alike", () => {
    for (const owner of [
      { ...OWNER, organisation: "other" },
      { ...OWNER, provider: "openai" },
      { organisation: "acmeanthropic", provider: "" },
      { organisation: "acm", provider: "eanthropic" },
      { organisation: "anthropic", provider: "acme" },
    ]) {
      const opened = openEnvelope(sealed, owner, find);
      assert.deepEqual(opened, { ok: false, error: { kind: "damaged" } }, owner.organisation);
    }
  });

  it("does not open with one bit of it flipped, whichever", () => {
    const bytes = Buffer.from(sealed, "latin1");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      const at = Math.floor(bit / 8);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit % 8)), at);
      assert.ok(!openEnvelope(changed.toString("latin1"), OWNER, find).ok, `bit ${bit}`);
    }
  });

  it("does not open with a part left out, cut short, or put in the other's place", () => {
    const parts: Record<string, unknown> = JSON.parse(sealed);
    for (const name of Object.keys(parts)) {
      const { [name]: value, ...others } = parts;
      assert.ok(!openEnvelope(JSON.stringify(others), OWNER, find).ok, name);
      const short = JSON.stringify({ ...parts, [name]: String(value).slice(0, -4) });
      assert.ok(!openEnvelope(short, OWNER, find).ok, name);
    }
    const { key, data } = parts;
    assert.ok(!openEnvelope(JSON.stringify({ ...parts, data: key, key: data }), OWNER, find).ok);
    assert.ok(!openEnvelope(JSON.stringify({ ...parts, data: key }), OWNER, find).ok);
    for (const text of ["", "null", "[]", "{}", `${sealed}x`, JSON.stringify({ ...parts, w: 1 })]) {
      assert.ok(!openEnvelope(text, OWNER, find).ok, text);
    }
  });

  it("names the master key that is not here, and does not open with another one", () => {
    const other = makeMasterKey();
    assert.deepEqual(
      openEnvelope(sealed, OWNER, () => undefined),
      { ok: false, error: { kind: "other_key", master: master.id } },
    );
    assert.deepEqual(
      openEnvelope(sealed, OWNER, () => other.key),
      { ok: false, error: { kind: "damaged" } },
    );
  });
});
