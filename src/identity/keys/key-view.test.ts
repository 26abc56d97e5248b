import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeRing, mint, START_MS } from "../key-ring.fixture.ts";
import { keyView } from "./key-view.ts";

const UNUSED = { budgets: [], dailyRequests: undefined };
const DAY = 86_400_000;

describe("keyView", () => {
  it("A-11: shows a key's mask and settings, and neither its secret nor its hash", async () => {
    const { ring, saved } = makeRing();
    const { key, value } = await mint(ring, "laptop", {
      expiresAt: START_MS + DAY,
      settings: { budgets: [], timeZone: "UTC", models: ["claude-*"], mode: "overflow" },
    });
    const view = keyView(key, UNUSED, START_MS);
    assert.deepEqual(view, {
      id: key.id,
      name: "laptop",
      organisation: "local",
      principal: "laptop",
      role: "owner",
      mask: `${value.slice(0, 8)}…${value.slice(-4)}`,
      status: "active",
      created_at: "2026-09-21T14:13:20.000Z",
      expires_at: "2026-09-22T14:13:20.000Z",
      revoked_at: null,
      mode: "overflow",
      data_policy: null,
      models: ["claude-*"],
      budgets: [],
      daily_requests: null,
      rpm: null,
      tpm: null,
      concurrency: null,
      session_concurrency: null,
    });
    const hash = saved[0]?.hashes[0]?.hash ?? "";
    assert.notEqual(hash, "");
    const shown = JSON.stringify(view);
    assert.ok(!shown.includes(hash) && !shown.includes(value.slice(8, -4)));
  });

  it("says when a key ended, and that revoked counts more than expired", async () => {
    const { ring } = makeRing();
    const { key } = await mint(ring, "laptop", { expiresAt: START_MS + DAY });
    assert.equal(keyView(key, UNUSED, START_MS + DAY - 1).status, "active");
    assert.equal(keyView(key, UNUSED, START_MS + DAY).status, "expired");
    const revoked = await ring.revoke(key.id);
    assert.ok(revoked.ok);
    const view = keyView(revoked.value, UNUSED, START_MS + DAY);
    assert.equal(view.status, "revoked");
    assert.equal(view.revoked_at, "2026-09-21T14:13:20.000Z");
  });

  it("shows what is used of the day's requests", async () => {
    const { key } = await mint(makeRing().ring, "laptop");
    const dailyRequests = { limit: 5, used: 2, resetsAt: START_MS };
    assert.deepEqual(keyView(key, { ...UNUSED, dailyRequests }, START_MS).daily_requests, {
      limit: 5,
      used: 2,
      resets_at: "2026-09-21T14:13:20.000Z",
    });
  });
});
