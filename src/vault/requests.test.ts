import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { credentialView } from "./credential-view.ts";
import { readCredentialRequest } from "./requests.ts";
import { CANARY, Home, newCredential } from "./vault.fixture.ts";

function read(body: unknown) {
  const request = readCredentialRequest("anthropic", body, ["anthropic"]);
  assert.ok(request.ok, request.ok ? "" : request.error.message);
  return { ...request.value, key: request.value.key.reveal() };
}

function refusalOf(body: unknown, provider = "anthropic") {
  const request = readCredentialRequest(provider, body, ["anthropic"]);
  assert.ok(!request.ok, inspect(body));
  return request.error;
}

describe("readCredentialRequest", () => {
  it("reads a key, with a label and what it is for", () => {
    assert.deepEqual(read({ key: CANARY }), { key: CANARY, label: "default", overflow: undefined });
    assert.deepEqual(read({ key: CANARY, label: " My key ", overflow: true }), {
      key: CANARY,
      label: "My key",
      overflow: true,
    });
    assert.equal(read({ key: CANARY, always_use: true }).overflow, false);
    assert.equal(read({ key: CANARY, always_use: false }).overflow, true);
    assert.equal(read({ key: CANARY, always_use: false, overflow: true }).overflow, true);
    assert.equal(read({ key: "!".repeat(8) }).key.length, 8);
    assert.equal(read({ key: "~".repeat(512) }).key.length, 512);
  });

  it("names the field that is wrong", () => {
    for (const [body, field] of [
      [{}, "key"],
      [{ key: 7 }, "key"],
      [{ key: "seven77" }, "key"],
      [{ key: "x".repeat(513) }, "key"],
      [{ key: `${CANARY}\n` }, "key"],
      [{ key: `Bearer ${CANARY}` }, "key"],
      [{ key: `${CANARY}é` }, "key"],
      [{ key: CANARY, label: "" }, "label"],
      [{ key: CANARY, label: "x".repeat(81) }, "label"],
      [{ key: CANARY, label: "two\nlines" }, "label"],
      [{ key: CANARY, overflow: "yes" }, "overflow"],
      [{ key: CANARY, always_use: 1 }, "always_use"],
      [{ key: CANARY, always_use: true, overflow: true }, "always_use"],
      [{ key: CANARY, always_use: false, overflow: false }, "always_use"],
    ] as const) {
      const error = refusalOf(body);
      assert.equal(error.code, "invalid_body");
      assert.ok(error.message.startsWith(`The field "${field}": `), error.message);
    }
    for (const body of [undefined, null, "text", [CANARY]]) {
      assert.equal(refusalOf(body).code, "invalid_body");
    }
  });

  it("refuses an unknown field by its name, and knows what was meant", () => {
    assert.match(refusalOf({ key: CANARY, lable: "x" }).message, /"lable".*did you mean "label"/);
    assert.match(refusalOf({ key: CANARY, colour: "x" }).message, /"colour".*known are key, label/);
  });

  it("never stores a subscription, nor a key of ours", () => {
    for (const key of ["sk-ant-oat01-abcdefgh", "SK-ANT-OAT01-abcdefgh", "sk-ant-ort01-abcdefgh"]) {
      assert.match(refusalOf({ key }).message, /subscription is never stored/);
    }
    for (const key of ["spw-abcdefgh", "SPW-abcdefgh"]) {
      assert.match(refusalOf({ key }).message, /Spillway key/);
    }
  });

  it("names the known providers, and repeats no unknown one", () => {
    const error = refusalOf({ key: CANARY }, CANARY);
    assert.equal(error.code, "not_found");
    assert.match(error.message, /known: anthropic/);
    assert.ok(!error.message.includes("Canary"));
  });

  it("L-01: no refusal repeats the key, wherever it was put", () => {
    for (const body of [
      { key: `${CANARY} ` },
      { key: `sk-ant-oat01-${CANARY}` },
      { key: `spw-${CANARY}` },
      { key: CANARY, label: CANARY },
      { key: CANARY, label: `of ${CANARY}` },
      { key: "Canary-of-another-kind", label: "Canary-of-another-kind" },
      { [CANARY]: CANARY },
      { key: CANARY, [CANARY]: true },
      { key: CANARY, overflow: CANARY },
      { key: [CANARY] },
      CANARY,
    ]) {
      assert.doesNotMatch(inspect(refusalOf(body), { depth: 9 }), /Canary/);
    }
  });
});

describe("credentialView", () => {
  it("L-01: shows the mask, the times and the verdict, and not the key", async () => {
    await using home = await Home.open();
    const stored = await (await home.start()).set(newCredential({ label: "mine", overflow: true }));
    assert.ok(stored.ok);
    const view = {
      provider: "anthropic",
      label: "mine",
      mask: "sk-ant-api03-Cana…wxyz",
      overflow: true,
      verified: null,
      created_at: "2026-11-24T12:00:00.000Z",
      updated_at: "2026-11-24T12:00:00.000Z",
    };
    assert.deepEqual(credentialView(stored.value), view);
    assert.deepEqual(credentialView(stored.value, true), { ...view, verified: true });
    assert.deepEqual(credentialView(stored.value, null), view);
  });
});
