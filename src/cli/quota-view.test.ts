import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  accountName,
  accountsOf,
  capText,
  forecastText,
  type QuotaWindowView,
  redirectText,
  shownAccounts,
  windowMark,
} from "./quota-view.ts";

const NOW = new Date(2026, 10, 25, 12, 0, 0).getTime();
const WINDOW: QuotaWindowView = {
  window: "5h",
  used_percent: 50,
  status: "allowed",
  resets_at: null,
};

function burning(burn: number, minutes: number | null): QuotaWindowView {
  const end = minutes === null ? null : new Date(NOW + minutes * 60_000).toISOString();
  return { ...WINDOW, forecast: { burn_percent_per_hour: burn, runs_out_at: end } };
}

describe("the quota as commands show it", () => {
  it("tells a forecast in a few words, and none where there is none", () => {
    assert.equal(forecastText(burning(20.3, 38), NOW), "full in 38m at 20%/h");
    assert.equal(forecastText(burning(0.42, null), NOW), "lasts at 0.4%/h");
    for (const forecast of [null, undefined]) {
      assert.equal(forecastText({ ...WINDOW, ...(forecast === null && { forecast }) }, NOW), "");
    }
  });

  it("marks windows that are full, warned of, or full before they reset", () => {
    assert.equal(windowMark(WINDOW), undefined);
    assert.equal(windowMark(burning(1, null)), undefined);
    for (const [used, mark] of [
      [79, undefined],
      [80, "yellow"],
      [94, "yellow"],
      [95, "red"],
      [null, undefined],
    ] as const) {
      assert.equal(windowMark({ ...WINDOW, used_percent: used }), mark);
    }
    assert.equal(windowMark(burning(1, 5)), "yellow");
    assert.equal(windowMark({ ...WINDOW, status: "allowed_warning" }), "yellow");
    assert.equal(windowMark({ ...burning(1, 5), status: "rejected" }), "red");
  });

  it("tells a budget with its unit and window, used and left", () => {
    const cap = { amount: "10", currency: "USD", period: "day", resets_at: "" };
    const used = { used: "1.2000", remaining: "8.8000" };
    assert.equal(capText({ ...cap, ...used }), "1.2 of 10 USD a day used, 8.8 left");
    const even = { used: "0.0000", remaining: "10.0000" };
    assert.equal(capText({ ...cap, ...even }), "0 of 10 USD a day used, 10 left");
    assert.equal(capText({ ...cap, used: null }), "? of 10 USD a day used, ? left");
  });

  it("tells where redirected requests go", () => {
    const redirect = {
      to: "lite\u001bllm",
      since: new Date(NOW - 60_000).toISOString(),
      until: new Date(NOW + 3_600_000).toISOString(),
      reason: "7d at 91%",
    };
    assert.equal(
      redirectText(redirect, NOW),
      "Redirected to lite\ufffdllm since 11:59, until 13:00 at the latest: 7d at 91%",
    );
  });

  it("calls an account by its directory, or by its hash", () => {
    const account = { account: "1a2b3c4d", observed_at: "2026-11-25T10:00:00Z", windows: [] };
    const alone = { among: [account], homeDir: "/home/me" };
    assert.equal(accountName(account, alone), "account 1a2b3c4d");
    const named = { ...account, directory: "/home/me/.claude2" };
    assert.equal(accountName(named, alone), "~/.claude2");
  });

  it("says whose an account is where several people use some", () => {
    const account = { account: "1a2b3c4d", observed_at: "2026-11-25T10:00:00Z", windows: [] };
    const [ann, bob] = ["ann", "b\u001bob"].map((principal) => ({ ...account, principal }));
    assert.ok(ann && bob);
    const name = (shown: typeof ann, among: readonly (typeof ann)[]) =>
      accountName(shown, { among, homeDir: "/home/me" });
    assert.equal(name(ann, [ann, ann]), "account 1a2b3c4d");
    assert.equal(name(ann, [ann, bob]), "account 1a2b3c4d of ann");
    assert.equal(name(bob, [ann, bob]), "account 1a2b3c4d of b\ufffdob");
  });

  it("leaves out accounts of which nothing holds any more, unless there is no other", () => {
    const account = (name: string, windows: readonly QuotaWindowView[]) => ({
      account: name,
      observed_at: "2026-11-25T10:00:00Z",
      windows,
    });
    const [old, older] = [account("old", []), account("older", [])];
    const [one, two] = [account("one", [WINDOW]), account("two", [WINDOW])];
    assert.deepEqual(shownAccounts([], 2), { shown: [], others: 0 });
    assert.deepEqual(shownAccounts([old, older], 2), { shown: [old], others: 0 });
    assert.deepEqual(shownAccounts([old, one, older, two], 2), { shown: [one, two], others: 0 });
    assert.deepEqual(shownAccounts([one, old, two], 1), { shown: [one], others: 1 });
  });

  it("takes no answer of another shape for accounts", () => {
    const account = { account: "a", observed_at: "2026-11-25T10:00:00Z", windows: [WINDOW] };
    assert.deepEqual(accountsOf({ accounts: [account] }), [account]);
    for (const answer of [
      null,
      {},
      { accounts: 1 },
      { accounts: [{ ...account, windows: [1] }] },
    ]) {
      assert.equal(accountsOf(answer), undefined);
    }
  });
});
