import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { budgetHeaders, seatHeaders } from "./native-headers.ts";
import { parseUnified } from "./unified-headers.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const SEAT = {
  windows: [
    { window: "5h", usedPercent: 100, status: "rejected", resetsAtMs: NOW + HOUR },
    { window: "7d", usedPercent: 37.5, status: "allowed", resetsAtMs: NOW + 48 * HOUR },
    { window: "7d_opus", usedPercent: 12, resetsAtMs: NOW - HOUR },
    { window: "overage", usedPercent: 0, status: "rejected", resetsAtMs: NOW + HOUR },
  ],
  status: "rejected",
  resetsAtMs: NOW + HOUR,
  representativeClaim: "five_hour",
  other: { "overage-disabled-reason": "org_level_disabled" },
};

const windowOf = (headers: readonly string[], name: string) =>
  parseUnified(headers)?.windows.find(({ window }) => window === name);

describe("seatHeaders", () => {
  it("R8: repeats the seat's windows as they were told", () => {
    const headers = seatHeaders(SEAT, { usedPercent: 25, resetsAtMs: NOW + 2 * HOUR }, NOW);
    assert.deepEqual(windowOf(headers, "5h"), SEAT.windows[0]);
    assert.deepEqual(windowOf(headers, "7d"), SEAT.windows[1]);
    assert.equal(parseUnified(headers)?.status, "rejected");
    assert.equal(parseUnified(headers)?.representativeClaim, "five_hour");
  });

  it("tells the stored key's money as overage, in place of the seat's own", () => {
    const headers = seatHeaders(SEAT, { usedPercent: 25, resetsAtMs: NOW + 2 * HOUR }, NOW);
    assert.deepEqual(windowOf(headers, "overage"), {
      window: "overage",
      usedPercent: 25,
      status: "allowed",
      resetsAtMs: NOW + 2 * HOUR,
    });
    assert.deepEqual(parseUnified(headers)?.other, { "overage-in-use": "true" });
  });

  it("warns when the money runs out, and leaves out windows that are over", () => {
    const headers = seatHeaders(SEAT, { usedPercent: 81, resetsAtMs: NOW + HOUR }, NOW);
    assert.equal(windowOf(headers, "overage")?.status, "allowed_warning");
    assert.equal(windowOf(headers, "7d_opus"), undefined);
  });

  it("says that overage pays although no cap is known", () => {
    assert.equal(windowOf(seatHeaders(SEAT, undefined, NOW), "overage")?.status, "allowed");
  });
});

describe("budgetHeaders", () => {
  const day = { usedPercent: 90, resetsAtMs: NOW + HOUR };
  const month = { usedPercent: 10, resetsAtMs: NOW + 400 * HOUR };

  it("puts the shortest and the longest budget where the client shows windows", () => {
    const headers = budgetHeaders([month, day]);
    assert.equal(windowOf(headers, "5h")?.usedPercent, 90);
    assert.equal(windowOf(headers, "7d")?.usedPercent, 10);
    assert.equal(parseUnified(headers)?.representativeClaim, "five_hour");
    assert.equal(parseUnified(headers)?.status, "allowed_warning");
  });

  it("shows one budget in both, because the client needs the pair", () => {
    const headers = budgetHeaders([month]);
    assert.equal(windowOf(headers, "5h")?.usedPercent, 10);
    assert.equal(windowOf(headers, "7d")?.usedPercent, 10);
  });

  it("never says that an answered request was rejected", () => {
    const headers = budgetHeaders([{ usedPercent: 130, resetsAtMs: NOW }]);
    assert.equal(parseUnified(headers)?.status, "allowed_warning");
  });

  it("says nothing without a budget", () => {
    assert.deepEqual(budgetHeaders([]), []);
  });
});
