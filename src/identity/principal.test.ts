import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Secret } from "../base/secret.ts";
import { CREDENTIAL_FIELDS } from "./credentials.ts";
import { makeRing, mint } from "./key-ring.fixture.ts";
import { mintSecret } from "./keys/index.ts";
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

  for (const field of CREDENTIAL_FIELDS) {
    it(`A-04: decides alike, whatever state a key is in, when it comes in ${field}`, async () => {
      const { context, values } = await keysInEveryState();
      const decisions = values.map((value) => {
        const decided = identify(carried(field, value), context);
        return decided.ok ? decided.value.key?.name : decided.error.code;
      });
      assert.deepEqual(decisions, ["good", "key_revoked", "key_expired", "key_unknown"]);
    });
  }

  it("A-04: a query, a cookie or a field of another name is no place for a key", async () => {
    const { context, values } = await keysInEveryState();
    const [good = ""] = values;
    const required = { ...context, authRequired: () => true };
    for (const headers of [
      ["cookie", `key=${good}`],
      ["x_api_key", good],
      ["proxy-authorization", `Bearer ${good}`],
      [":path", `/v1/messages?key=${good}`],
    ]) {
      const refused = identify(headers, required);
      assert.ok(!refused.ok);
      assert.equal(refused.error.code, "key_required");
    }
  });

  it("A-04: a bad key is refused also beside a good credential of the caller's own", async () => {
    const { context, values } = await keysInEveryState();
    for (const value of values.slice(1)) {
      const refused = identify(
        ["x-spillway-key", value, "authorization", `Bearer ${OAT}`],
        context,
      );
      assert.equal(refused.ok, false);
    }
  });

  it("A-03: gives injections in every carrier one and the same answer", () => {
    const answers = new Set<string>();
    for (const field of CREDENTIAL_FIELDS) {
      for (const injection of INJECTIONS) {
        const refused = identify(carried(field, `spw-${injection}`), CONTEXT);
        assert.ok(!refused.ok, `${field}: ${injection}`);
        answers.add(JSON.stringify(refused));
      }
    }
    assert.equal(answers.size, 1);
    assert.match([...answers].join(""), /"key_unknown"/);
  });

  it("A-03: takes injections for no key's in the fields that are only for keys", () => {
    const gatewayOnly = ["x-spillway-key", "x-br-api-key", "x-bf-vk", "x-litellm-api-key"];
    for (const field of [...gatewayOnly, "x-portkey-api-key"]) {
      for (const injection of INJECTIONS.filter((text) => text.trim() !== "")) {
        const refused = identify([field, injection], CONTEXT);
        assert.ok(!refused.ok, `${field}: ${injection}`);
        assert.equal(refused.error.code, "key_unknown");
      }
    }
  });
});

const INJECTIONS = [
  "",
  "' OR 1=1 --",
  "'; DROP TABLE keys; --",
  '" OR ""="',
  "%00",
  "\u0000",
  "__proto__",
  "constructor",
  "${jndi:ldap://x}",
  "{{7*7}}",
  "../../etc/passwd",
  "a\\b",
  "é".repeat(50),
  "0".repeat(49),
  "9".repeat(16_000),
];

function carried(field: string, value: string): readonly string[] {
  return [field, field === "authorization" ? `Bearer ${value}` : value];
}

/** The secrets of a good, a revoked and an expired key, and of one that never was. */
async function keysInEveryState() {
  const { ring, clock } = makeRing();
  const good = await mint(ring, "good");
  const revoked = await mint(ring, "revoked");
  const expired = await mint(ring, "expired", { expiresAt: clock.nowMs + 1 });
  await ring.revoke(revoked.key.id);
  clock.nowMs += 1;
  return {
    context: { ...CONTEXT, keys: ring },
    values: [good.value, revoked.value, expired.value, mintSecret().reveal()],
  };
}
