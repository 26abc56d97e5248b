import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AccountQuotas, type QuotaNotices } from "./accounts.ts";
import { describeQuota } from "./describe.ts";
import { fromStored, toStored } from "./stored.ts";

const P = "anthropic-ratelimit-unified-";
const A = { principal: "dev", account: "a" };
const B = { principal: "dev", account: "b" };
const NOW = 1_800_000_000_000;
const IN_AN_HOUR = String(NOW / 1000 + 3600);
const IN_A_WEEK = String(NOW / 1000 + 7 * 86_400);

function unified(fields: Readonly<Record<string, string>>): string[] {
  return Object.entries(fields).flatMap(([name, value]) => [`${P}${name}`, value]);
}

function usage(quotas: AccountQuotas, account = "a"): Record<string, number | undefined> {
  const windows = find(quotas, account)?.windows ?? [];
  return Object.fromEntries(windows.map(({ window, usedPercent }) => [window, usedPercent]));
}

function find(quotas: AccountQuotas, account: string) {
  return quotas.find({ ...A, account });
}

describe("AccountQuotas", () => {
  it("keeps a window that a later answer leaves out, until the window resets", () => {
    const quotas = new AccountQuotas();
    const both = {
      "5h-utilization": "0.5",
      "5h-reset": IN_AN_HOUR,
      "7d-utilization": "0.1",
      "7d-reset": IN_A_WEEK,
    };
    quotas.observe(A, unified(both), NOW);
    quotas.observe(A, unified({ "7d-utilization": "0.2", "7d-reset": IN_A_WEEK }), NOW + 1000);
    assert.deepEqual(usage(quotas), { "5h": 50, "7d": 20 });
    quotas.observe(A, unified({ "7d-utilization": "0.3" }), NOW + 3_600_000);
    assert.deepEqual(usage(quotas), { "7d": 30 });
  });

  it("forgets what it knew of a window that began anew", () => {
    const quotas = new AccountQuotas();
    quotas.observe(A, unified({ "5h-utilization": "0.9", "5h-reset": IN_AN_HOUR }), NOW);
    quotas.observe(A, unified({ "5h-status": "allowed", "5h-reset": IN_A_WEEK }), NOW + 1000);
    assert.deepEqual(usage(quotas), { "5h": undefined });
  });

  /** @see requirements C-15, S1-017 */
  it("says whether an answer told how much is used, and learns nothing from one without limits", () => {
    const quotas = new AccountQuotas();
    assert.equal(quotas.observe(A, ["content-type", "application/json"], NOW), undefined);
    assert.deepEqual(quotas.snapshot(), []);
    const first = quotas.observe(A, unified({ "5h-utilization": "0.9", status: "allowed" }), NOW);
    assert.equal(first?.hasUtilization, true);
    const refused = quotas.observe(A, unified({ status: "rejected" }), NOW + 1);
    assert.equal(refused?.hasUtilization, false);
    assert.equal(refused?.quota.status, "rejected");
    assert.deepEqual(usage(quotas), { "5h": 90 });
  });

  it("takes the claim from the last answer that spoke for the whole account", () => {
    const quotas = new AccountQuotas();
    const claimOf = (fields: Readonly<Record<string, string>>) =>
      quotas.observe(A, unified(fields), NOW)?.quota.representativeClaim;
    assert.equal(
      claimOf({ "5h-utilization": "0.9", "representative-claim": "five_hour" }),
      "five_hour",
    );
    assert.equal(claimOf({ status: "rejected" }), "five_hour");
    assert.equal(claimOf({ status: "rejected", "representative-claim": "seven_day" }), "seven_day");
    assert.equal(claimOf({ "5h-utilization": "0.1" }), undefined);
  });

  it("says whether anything but the time differs", () => {
    const quotas = new AccountQuotas();
    const changed = (fields: Readonly<Record<string, string>>, atMs: number) =>
      quotas.observe(A, unified(fields), atMs)?.changed;
    const fields = { "5h-utilization": "0.9", status: "allowed", "overage-in-use": "false" };
    assert.equal(changed(fields, NOW), true);
    assert.equal(changed(fields, NOW + 1), false);
    assert.equal(changed({ ...fields, status: "rejected" }, NOW + 2), true);
    assert.equal(changed({ ...fields, "5h-utilization": "0.91" }, NOW + 3), true);
    assert.equal(changed({ ...fields, "overage-in-use": "true" }, NOW + 4), true);
    assert.equal(changed({ ...fields, "7d-utilization": "0.91" }, NOW + 5), true);
  });

  it("keeps what two users were told of one account apart, in the store too", () => {
    const quotas = new AccountQuotas();
    const other = { ...A, principal: "other" };
    quotas.observe(A, unified({ "5h-utilization": "0.9", "7d-utilization": "0.1" }), NOW);
    quotas.observe(other, unified({ "5h-utilization": "0.2" }), NOW + 1);
    const kept = quotas.snapshot().map((quota) => toStored(quota, "/h/.claude"));
    const restored = new AccountQuotas();
    restored.restore(kept.flatMap((quota) => fromStored(quota) ?? []));
    for (const known of [quotas, restored]) {
      assert.deepEqual(
        [A, other].map((owner) => known.find(owner)?.windows.map((window) => window.usedPercent)),
        [[90, 10], [20]],
      );
    }
  });

  it("keeps accounts apart, and the most recently seen of more than it has room for", () => {
    const quotas = new AccountQuotas({ maxOwners: 2 });
    for (const [index, account] of ["a", "b", "a", "c"].entries()) {
      quotas.observe({ ...A, account }, unified({ "5h-utilization": `0.${index + 1}` }), NOW);
    }
    assert.deepEqual(
      quotas.snapshot().map(({ account }) => account),
      ["c", "a"],
    );
    assert.deepEqual(usage(quotas, "a"), { "5h": 30 });
  });

  /** @see requirements C-01, X-R3 */
  it("tells of a second account once", () => {
    const heard: string[] = [];
    const notices: QuotaNotices = {
      onSecondAccount: () => heard.push("second account"),
    };
    const quotas = new AccountQuotas({ notices });
    for (const account of ["a", "a"]) quotas.observe({ ...A, account }, [], NOW);
    assert.deepEqual(heard, []);
    for (const account of ["b", "c", "a"]) quotas.observe({ ...A, account }, [], NOW);
    assert.deepEqual(heard, ["second account"]);
  });

  it("takes up what was stored, but not over what it saw itself", () => {
    const earlier = new AccountQuotas();
    earlier.observe(A, unified({ "5h-utilization": "0.1", status: "allowed" }), NOW);
    earlier.observe(B, unified({ "7d-utilization": "0.2", "overage-in-use": "true" }), NOW + 1);
    const stored = earlier.snapshot().map((quota) => fromStored(toStored(quota, undefined)));
    const quotas = new AccountQuotas();
    quotas.observe(A, unified({ "5h-utilization": "0.7" }), NOW + 9);
    quotas.restore(stored.filter((quota) => quota !== undefined));
    assert.deepEqual(usage(quotas, "a"), { "5h": 70 });
    assert.deepEqual(find(quotas, "b")?.windows, [{ window: "7d", usedPercent: 20 }]);
    assert.deepEqual(find(quotas, "b")?.other, { "overage-in-use": "true" });
  });
});

describe("fromStored", () => {
  it("is undefined for what it cannot read", () => {
    for (const json of ["", "{", "[]", "{}", '{"observedAtMs":1}', `"${"x".repeat(70_000)}"`]) {
      assert.equal(fromStored({ ...A, observedAt: NOW, json }), undefined);
    }
  });
});

describe("describeQuota", () => {
  it("S1-125 to S1-132: shows windows with their resets, unknowns as null, and all else that was told", () => {
    const quotas = new AccountQuotas();
    quotas.observe(
      { principal: "dev", account: "0123456789abcdef" },
      unified({
        status: "allowed",
        "representative-claim": "five_hour",
        "5h-utilization": "0.37",
        "5h-status": "allowed",
        "5h-reset": IN_AN_HOUR,
        "7d-utilization": "0.5",
        "7d-reset": String(NOW / 1000 + 1),
        "overage-status": "rejected",
        "fallback-percentage": "0.5",
        "upgrade-paths": "overage",
      }),
      NOW,
    );
    const [quota] = quotas.snapshot();
    assert.ok(quota);
    assert.deepEqual(describeQuota(quota, NOW + 1500), {
      account: "01234567",
      principal: "dev",
      directory: null,
      observed_at: "2027-01-15T08:00:00.000Z",
      status: "allowed",
      bottleneck: "five_hour",
      overflow: null,
      redirect: null,
      other: { "fallback-percentage": "0.5", "upgrade-paths": "overage" },
      windows: [
        {
          window: "5h",
          used_percent: 37,
          status: "allowed",
          resets_at: "2027-01-15T09:00:00.000Z",
          resets_in_seconds: 3599,
          forecast: null,
        },
        {
          window: "overage",
          used_percent: null,
          status: "rejected",
          resets_at: null,
          resets_in_seconds: null,
          forecast: null,
        },
      ],
    });
  });

  it("forecasts the end of a window from what it saw, also before a restart", () => {
    const earlier = new AccountQuotas();
    const fields = (used: string) => unified({ "5h-utilization": used, "5h-reset": IN_AN_HOUR });
    earlier.observe(A, fields("0.5"), NOW - 1_800_000);
    earlier.observe(A, fields("0.8"), NOW);
    const quotas = new AccountQuotas();
    const stored = earlier.snapshot().map((quota) => fromStored(toStored(quota, undefined)));
    quotas.restore(stored.filter((quota) => quota !== undefined));
    for (const known of [earlier, quotas]) {
      const [quota] = known.snapshot();
      assert.ok(quota);
      assert.deepEqual(describeQuota(quota, NOW).windows[0]?.forecast, {
        burn_percent_per_hour: 60,
        runs_out_at: new Date(NOW + 1_200_000).toISOString(),
        lasts: false,
      });
    }
    quotas.observe(A, fields("0.8"), NOW + 2_400_000);
    assert.deepEqual(describe5h(quotas, NOW + 2_400_000), {
      burn_percent_per_hour: 30,
      runs_out_at: null,
      lasts: true,
    });
  });

  it("forecasts nothing while requests go elsewhere", () => {
    const quotas = new AccountQuotas();
    for (const [used, atMs] of [
      ["0.5", NOW - 1_800_000],
      ["0.8", NOW],
    ] as const) {
      quotas.observe(A, unified({ "5h-utilization": used, "5h-reset": IN_AN_HOUR }), atMs);
    }
    const quota = quotas.find(A);
    assert.ok(quota);
    const redirect = { to: "litellm", sinceMs: NOW, untilMs: NOW + 1, reason: "5h at 80%" };
    assert.notEqual(describeQuota(quota, NOW).windows[0]?.forecast, null);
    assert.equal(describeQuota({ ...quota, redirect }, NOW).windows[0]?.forecast, null);
  });

  it("keeps an account's windows where only its series cannot be read", () => {
    const quotas = new AccountQuotas();
    quotas.observe(A, unified({ "5h-utilization": "0.5" }), NOW);
    const [quota] = quotas.snapshot();
    assert.ok(quota);
    const json = JSON.stringify({ ...quota, series: { "5h": "of another version" } });
    const read = fromStored({ ...A, observedAt: NOW, json });
    assert.equal(read?.windows[0]?.usedPercent, 50);
    assert.equal(read?.series, undefined);
  });

  it("names the directory of an account that is one", () => {
    const quota = { ...A, observedAtMs: NOW, windows: [], other: {}, directory: "/h/one" };
    assert.equal(describeQuota(quota, NOW).directory, "/h/one");
  });

  it("says where the requests of a redirected account go", () => {
    const quota = { ...A, observedAtMs: NOW, windows: [], other: {} };
    const redirect = {
      to: "litellm",
      sinceMs: NOW,
      untilMs: NOW + 3_600_000,
      reason: "7d at 91%",
    };
    assert.deepEqual(describeQuota({ ...quota, redirect }, NOW).redirect, {
      to: "litellm",
      since: "2027-01-15T08:00:00.000Z",
      until: "2027-01-15T09:00:00.000Z",
      reason: "7d at 91%",
    });
  });
});

function describe5h(quotas: AccountQuotas, nowMs: number) {
  const [quota] = quotas.snapshot();
  assert.ok(quota);
  return describeQuota(quota, nowMs).windows[0]?.forecast;
}
