import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decideResidency, ENDPOINTS, type Endpoint, placeOf, readDataPolicy } from "./index.ts";

const ANTHROPIC = "https://api.anthropic.com";

const PROXY: Endpoint = {
  origin: "https://proxy.example",
  place: "eu",
  guarantee: "contract",
  source: "our contract",
  verified: "2026-11-24",
};

function decide(
  names: readonly string[],
  more: Partial<Parameters<typeof decideResidency>[0]> = {},
) {
  const policies = names.flatMap((name) => {
    const policy = readDataPolicy(name);
    assert.ok(policy.ok);
    return policy.value === undefined ? [] : [policy.value];
  });
  const { text, error } = decideResidency({
    policies,
    origin: ANTHROPIC,
    model: undefined,
    inferenceGeo: undefined,
    endpoints: [],
    ...more,
  });
  return { text, code: error?.code, message: error?.message };
}

describe("residency", () => {
  it("S0-29, S0-30: Claude is global and cannot satisfy india_only", () => {
    const { code, text, message } = decide(["india_only"]);
    assert.equal(code, "residency_refused");
    assert.equal(text, "india_only refused; global");
    assert.match(message ?? "", /india_only.*api\.anthropic\.com \(global\).*No upstream/);
  });

  it("R17: us_only on Anthropic's API needs inference_geo, and says so", () => {
    assert.equal(
      decide(["us_only"]).message,
      'The data policy us_only forbids this request: api.anthropic.com (global) does not guarantee that it is processed there. With "inference_geo": "us" in the body (models since 4.6) it would. Nothing was sent there',
    );
    assert.deepEqual(decide(["us_only"], { inferenceGeo: "us" }), {
      text: "us_only; us",
      code: undefined,
      message: undefined,
    });
    for (const inferenceGeo of ["eu", "global", "US", "us ", "usa", ""]) {
      assert.equal(decide(["us_only"], { inferenceGeo }).code, "residency_refused", inferenceGeo);
    }
  });

  it("R17: a changed upstream has a place that nobody knows", () => {
    const refused = decide(["us_only"], { origin: "https://proxy.example", inferenceGeo: "us" });
    assert.match(refused.text, /unknown/);
    assert.equal(refused.code, "residency_refused");
    assert.equal(decide([], { origin: "https://proxy.example" }).code, undefined);
  });

  it("takes the operator's word for an upstream", () => {
    const more = { origin: PROXY.origin, endpoints: [PROXY] };
    assert.equal(decide(["eu_only"], more).code, undefined);
    assert.equal(decide(["us_only"], more).code, "residency_refused");
    const changed = { ...PROXY, origin: ANTHROPIC };
    assert.equal(decide(["eu_only"], { endpoints: [changed] }).text, "eu_only; eu");
  });

  it("takes the operator's word in whatever form a place has", () => {
    const of = (place: string) => ({ origin: PROXY.origin, endpoints: [{ ...PROXY, place }] });
    assert.equal(decide(["india_only"], of("India")).code, undefined);
    assert.equal(decide(["in_only"], of("india")).code, undefined);
    assert.equal(decide(["uk_only"], of("gb")).code, undefined);
    assert.equal(decide(["eu_only"], of("germany")).code, undefined);
    assert.equal(decide(["de_only"], of("eu")).code, "residency_refused");
    assert.equal(decide(["eu_only"], of("uk")).code, "residency_refused");
    assert.equal(decide(["us_only"], of("Mars")).text, "us_only refused; Mars");
  });

  it("does not take it for a request that asks for another place", () => {
    const american = { endpoints: [{ ...PROXY, origin: ANTHROPIC, place: "us" }] };
    assert.equal(decide(["us_only"], american).code, undefined);
    assert.equal(decide(["us_only"], { ...american, inferenceGeo: "us" }).code, undefined);
    const elsewhere = { ...american, inferenceGeo: "global" };
    assert.equal(decide(["us_only"], elsewhere).code, "residency_refused");
  });

  it("S0-36: says what was decided when nothing was asked", () => {
    assert.equal(decide([]).text, "none asked; global");
  });

  it("all policies hold, wherever they are from", () => {
    const us = { inferenceGeo: "us" };
    assert.equal(decide(["us_only", "usa_only"], us).code, undefined);
    assert.equal(decide(["us_only", "eu_only"], us).text, "us_only, eu_only refused; us");
    assert.equal(decide(["eu_only", "us_only"], us).code, "residency_refused");
  });

  it("none asks for nothing, and takes nothing back", () => {
    assert.deepEqual(readDataPolicy("None"), { ok: true, value: undefined });
    assert.equal(decide(["none"]).text, "none asked; global");
    assert.equal(decide(["none", "india_only"]).code, "residency_refused");
  });

  it("R17: refuses a policy that it does not know", () => {
    const unknown = ["", " ", "us", "mars_only", "_only", "__proto___only", "us_only,eu_only"];
    for (const text of [...unknown, "us _only", "global_only", "u\u017F_only"]) {
      const read = readDataPolicy(text);
      assert.ok(!read.ok, text);
      assert.equal(read.error.code, "invalid_header");
    }
    assert.deepEqual(readDataPolicy(" India_Only "), {
      ok: true,
      value: { name: "india_only", place: "in" },
    });
  });

  it("says for every endpoint what its place rests on, and since when that is known", () => {
    for (const { origin, place, source, verified, guarantee } of ENDPOINTS) {
      assert.equal(new URL(origin).origin, origin);
      assert.ok(place === "global" || placeOf(place) !== undefined);
      assert.match(source, /^https:/);
      assert.match(verified, /^\d{4}-\d\d-\d\d$/);
      assert.notEqual(guarantee, "");
    }
  });
});
