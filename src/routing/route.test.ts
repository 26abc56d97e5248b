import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CallerCredential } from "../base/credential-class.ts";
import { Secret } from "../base/secret.ts";
import type { PayMode } from "../store/key-record.ts";
import { payModeOf } from "./pay-mode.ts";
import { type RouteRequest, route } from "./route.ts";

const DEPLOYMENT = {
  provider: "anthropic",
  kind: "anthropic",
  origin: "https://api.anthropic.com",
  pathPrefix: "",
  transport: {
    send: () => assert.fail("routing sends nothing"),
    [Symbol.asyncDispose]: async () => {},
  },
  dialectFor: () => assert.fail("nothing is said here"),
  authorize: () => [],
  fields: [],
};
const STORED = { organisation: "acme", label: "claude-code", secret: new Secret("sk-ant-api03-x") };

function request(more: Partial<RouteRequest>): RouteRequest {
  return {
    caller: { principal: "dev", own: "none", hasKey: true, isForeign: false },
    mode: "inject",
    stored: STORED,
    storedUnusable: undefined,
    ownOnly: false,
    canSpill: true,
    fullUntil: undefined,
    deployment: DEPLOYMENT,
    ...more,
  };
}

/** `own:passthrough stored:byok-overflow@session_full`, or the refusal's code. */
function shape(more: Partial<RouteRequest>): string {
  const routed = route(request(more));
  if (!routed.ok) return routed.error.code;
  return routed.value
    .map(({ credential, mode, book, tryIf }) => {
      const when = tryIf === "always" ? "" : `@${tryIf}`;
      return `${credential.kind}:${mode}:${book}${when}`;
    })
    .join(" ");
}

const OWN = "own:passthrough:subscription";
const OWN_API = "own:passthrough:api";
const INJECT = "stored:byok:api";
const SPILL = `${OWN} stored:byok-overflow:overflow@session_full`;

describe("route", () => {
  // Who pays (design R2): has a Spillway key, brings, mode, a key is stored -> candidates.
  const table: readonly (readonly [boolean, CallerCredential, PayMode, boolean, string])[] = [
    [true, "subscription", "session", true, OWN],
    [true, "subscription", "session", false, OWN],
    [true, "subscription", "inject", true, INJECT],
    [true, "subscription", "inject", false, OWN],
    [true, "subscription", "overflow", true, SPILL],
    [true, "subscription", "overflow", false, OWN],
    [true, "api_key", "session", true, OWN_API],
    [true, "api_key", "inject", true, INJECT],
    [true, "api_key", "inject", false, OWN_API],
    [true, "api_key", "overflow", true, INJECT],
    [true, "none", "session", true, "credential_missing"],
    [true, "none", "session", false, "credential_missing"],
    [true, "none", "inject", true, INJECT],
    [true, "none", "inject", false, "credential_missing"],
    [true, "none", "overflow", true, INJECT],
    [true, "none", "overflow", false, "credential_missing"],
    [false, "subscription", "session", true, OWN],
    [false, "subscription", "inject", true, OWN],
    [false, "subscription", "overflow", true, SPILL],
    [false, "subscription", "overflow", false, OWN],
    [false, "api_key", "overflow", true, OWN_API],
    [false, "none", "session", true, OWN_API],
    [false, "none", "inject", true, OWN_API],
    [false, "none", "overflow", true, OWN_API],
  ];
  for (const [hasKey, own, mode, isStored, expected] of table) {
    const who = hasKey ? "a key" : "nobody";
    it(`R2: ${who} with ${own}, mode ${mode}, ${isStored ? "a" : "no"} stored key`, () => {
      const caller = { principal: "dev", own, hasKey, isForeign: false };
      const stored = isStored ? STORED : undefined;
      assert.equal(shape({ caller, mode, stored }), expected);
    });
  }

  it("R3: a full session is tried only when the stored key cannot be used", () => {
    const caller = {
      principal: "dev",
      own: "subscription",
      hasKey: true,
      isForeign: false,
    } as const;
    assert.equal(
      shape({ caller, mode: "overflow", fullUntil: "24 Nov, 15:20" }),
      `stored:byok-overflow:overflow ${OWN}@overflow_failed`,
    );
  });

  it("R3: what may not spill has the session alone", () => {
    const caller = {
      principal: "dev",
      own: "subscription",
      hasKey: true,
      isForeign: false,
    } as const;
    assert.equal(shape({ caller, mode: "overflow", canSpill: false }), OWN);
  });

  it("R4: files, batches and unknown paths carry the caller's own credential or none", () => {
    for (const mode of ["session", "inject", "overflow"] as const) {
      assert.equal(shape({ mode, ownOnly: true }), OWN_API);
    }
  });

  it("refuses a client of another dialect here, for it would not know what the upstream's refusal is about", () => {
    const caller = { principal: "dev", own: "none", hasKey: false, isForeign: true } as const;
    assert.equal(shape({ caller, mode: "session" }), "credential_missing");
    assert.equal(shape({ caller: { ...caller, own: "api_key" }, mode: "session" }), OWN_API);
  });

  it("says why a stored key is not used", () => {
    const refused = route(request({ stored: undefined, storedUnusable: "the network is open" }));
    assert.ok(!refused.ok);
    assert.match(refused.error.message, /the network is open/);
  });
});

describe("payModeOf", () => {
  const none = {
    asksOverflow: false,
    key: undefined,
    config: undefined,
    stored: undefined,
    hasKey: true,
  };

  it("R2: the header, then the key, then the configuration, then the stored key's own wish", () => {
    const stored = { overflow: true };
    const all = { asksOverflow: true, key: "inject", config: "session", stored } as const;
    assert.equal(payModeOf({ ...none, ...all }), "overflow");
    assert.equal(payModeOf({ ...none, ...all, asksOverflow: false }), "inject");
    assert.equal(payModeOf({ ...none, config: "session", stored }), "session");
    assert.equal(payModeOf({ ...none, stored }), "overflow");
  });

  it("R2: injects for a key when something is stored, and leaves the session to everybody else", () => {
    const stored = { overflow: false };
    assert.equal(payModeOf({ ...none, stored }), "inject");
    assert.equal(payModeOf(none), "session");
    assert.equal(payModeOf({ ...none, stored, hasKey: false }), "session");
  });
});
