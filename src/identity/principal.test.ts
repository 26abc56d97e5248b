import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { makeRing, mint } from "./keys/key-ring.fixture.ts";
import { accountOf, identify } from "./principal.ts";

const CONTEXT = {
  localPrincipal: "me",
  installKey: new Secret("k".repeat(64)),
  keys: makeRing().ring,
  authRequired: () => false,
};
const OAT = "sk-ant-oat01-aaaaaaaa";

describe("identify", () => {
  it("gives keyless requests to the person whose machine this is", () => {
    assert.deepEqual(identify([], CONTEXT), {
      ok: true,
      value: {
        principal: "me",
        organisation: "local",
        credentialClass: "none",
        own: { class: "none" },
      },
    });
  });

  it("tells accounts apart by a hash that says nothing of the token", () => {
    const one = identify(["authorization", `Bearer ${OAT}`], CONTEXT);
    const again = identify(["x-api-key", OAT], CONTEXT);
    const two = identify(["authorization", `Bearer ${OAT}b`], CONTEXT);
    assert.ok(one.ok && again.ok && two.ok);
    assert.match(one.value.account ?? "", /^[0-9a-f]{16}$/);
    assert.equal(one.value.account, again.value.account);
    assert.notEqual(one.value.account, two.value.account);
    assert.doesNotMatch(JSON.stringify(one), /sk-ant|aaaaaaaa/);
  });

  it("attributes a request to its key, whatever else it says of itself", async () => {
    const { ring } = makeRing();
    const { key, value } = await mint(ring, "ann", { organisation: "acme" });
    const context = { ...CONTEXT, keys: ring, authRequired: () => true };
    const alone = identify(["x-spillway-key", value], context);
    assert.ok(alone.ok);
    assert.deepEqual([alone.value.principal, alone.value.organisation], ["ann", "acme"]);
    assert.equal(alone.value.key?.id, key.id);
    assert.equal(alone.value.credentialClass, "virtual_key");
    const beside = identify(["x-br-api-key", value, "authorization", `Bearer ${OAT}`], context);
    assert.ok(beside.ok);
    assert.equal(beside.value.credentialClass, "subscription");
    assert.equal(beside.value.principal, "ann");
  });

  it("serves nobody without a key where one is required", () => {
    const context = { ...CONTEXT, authRequired: () => true };
    for (const headers of [[], ["authorization", `Bearer ${OAT}`], ["x-api-key", "other"]]) {
      const refused = identify(headers, context);
      assert.ok(!refused.ok);
      assert.equal(refused.error.code, "key_required");
    }
  });

  it("hashes with this installation's key", () => {
    const token = new Secret(OAT);
    assert.notEqual(
      accountOf(token, new Secret("a".repeat(64))),
      accountOf(token, new Secret("b".repeat(64))),
    );
  });

  for (const key of ["spw-unknown", "spw-", "spw-' OR 1=1 --", "spw-%00"]) {
    it(`A-03: refuses the unknown key ${JSON.stringify(key)} without repeating it`, () => {
      const refused = identify(["x-api-key", key], CONTEXT);
      assert.ok(!refused.ok);
      assert.equal(refused.error.code, "key_unknown");
      assert.ok(!refused.error.message.includes(key));
    });
  }
});
