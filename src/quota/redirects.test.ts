import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccountQuotas } from "./accounts.ts";
import type { SessionOwner } from "./owner.ts";
import { endOf, Redirects, reasonOf } from "./redirects.ts";

const P = "anthropic-ratelimit-unified-";
const RULE = { at: { fiveHour: 90, sevenDay: 90, overage: 80 }, hysteresis: 5, preferWait: 0 };
const START = 1_800_000_000_000;
const A = { principal: "dev", account: "a" };
const B = { principal: "dev", account: "b" };

function openBench() {
  const quotas = new AccountQuotas();
  const changes: string[] = [];
  const state = { now: START, rule: RULE as typeof RULE | undefined };
  const redirects = new Redirects({
    find: (owner) => quotas.find(owner),
    rule: () => state.rule,
    now: () => state.now,
    onChange: ({ owner, redirected }) =>
      changes.push(
        `${owner.principal}@${owner.account} ${redirected ? reasonOf(redirected) : "back"}`,
      ),
  });
  const tell = (owner: SessionOwner, fields: Readonly<Record<string, string>>): void => {
    const list = Object.entries(fields).flatMap(([name, value]) => [`${P}${name}`, value]);
    quotas.observe(owner, list, state.now);
  };
  return { redirects, tell, changes, state };
}

describe("Redirects", () => {
  it("S1-105: tells of each change once, however often it is asked", () => {
    const { redirects, tell, changes } = openBench();
    for (const [used, expected] of [
      ["0.89", false],
      ["0.90", true],
      ["0.86", true],
      ["0.85", true],
      ["0.84", false],
      ["0.89", false],
      ["0.95", true],
    ] as const) {
      tell(A, { "5h-utilization": used });
      for (let i = 0; i < 3; i += 1) assert.equal(redirects.check(A) !== undefined, expected, used);
    }
    assert.deepEqual(changes, ["dev@a 5h at 90%", "dev@a back", "dev@a 5h at 95%"]);
  });

  it("S1-097: keeps accounts, and the users of one, apart", () => {
    const { redirects, tell, changes } = openBench();
    const other = { principal: "other", account: "a" };
    tell(A, { "7d-utilization": "0.95" });
    tell(B, { "7d-utilization": "0.10" });
    assert.ok(redirects.check(A));
    assert.equal(redirects.check(B), undefined);
    assert.equal(redirects.check(other), undefined);
    tell(other, { "7d-utilization": "0.91" });
    assert.ok(redirects.check(other));
    assert.deepEqual(changes, ["dev@a 7d at 95%", "other@a 7d at 91%"]);
  });

  it("shows a session as it is now, and changes nothing by it", () => {
    const { redirects, tell, changes, state } = openBench();
    tell(A, { "5h-utilization": "0.95", "5h-reset": String(START / 1000 + 3600) });
    assert.equal(redirects.find(A), undefined);
    redirects.check(A);
    tell(A, { "5h-utilization": "0.97" });
    const shown = redirects.find(A);
    assert.equal(shown && reasonOf(shown), "5h at 97%");
    state.now += 3_600_000;
    assert.equal(redirects.find(A), undefined);
    assert.deepEqual(changes, ["dev@a 5h at 95%"]);
  });

  it("returns exactly at the reset, with nobody telling it", () => {
    const { redirects, tell, changes, state } = openBench();
    const resetsAtMs = START + 60_000;
    tell(A, { "5h-utilization": "1", "5h-reset": String(resetsAtMs / 1000) });
    const redirected = redirects.check(A);
    assert.ok(redirected);
    assert.equal(endOf(redirected), resetsAtMs);
    state.now = resetsAtMs - 1;
    assert.ok(redirects.check(A));
    state.now = resetsAtMs;
    assert.equal(redirects.check(A), undefined);
    assert.equal(changes.at(-1), "dev@a back");
  });

  it("C-08: finds its way back where a window without a reset is never told of again", () => {
    const { redirects, tell, state } = openBench();
    tell(A, { "5h-utilization": "0.95", "7d-utilization": "0.1" });
    assert.ok(redirects.check(A));
    for (let i = 0; i < 100; i += 1) {
      state.now += 300_000;
      tell(A, { status: "allowed" });
    }
    tell(A, { "7d-utilization": "0.1" });
    assert.equal(redirects.check(A), undefined);
  });

  it("lets go when the redirect is turned off", () => {
    const { redirects, tell, changes, state } = openBench();
    tell(A, { "5h-utilization": "1" });
    const redirected = redirects.check(A);
    assert.equal(redirected?.sinceMs, START);
    state.rule = undefined;
    assert.equal(redirects.check(A), undefined);
    assert.deepEqual(changes, ["dev@a 5h at 100%", "dev@a back"]);
  });
});
