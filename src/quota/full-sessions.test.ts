import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FullSessions, isQuotaRefusal } from "./full-sessions.ts";

const ME = { principal: "me", account: "a1" };
const OPUS = "claude-opus-5-5";
const HAIKU = "claude-haiku-4-5";
const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const times = (nowMs: number) => ({ nowMs, retryMs: 15 * MINUTE });

function refusal(claim: string, resetsAtMs = NOW + 60 * MINUTE) {
  return [
    "anthropic-ratelimit-unified-status",
    "rejected",
    "anthropic-ratelimit-unified-reset",
    String(resetsAtMs / 1_000),
    "anthropic-ratelimit-unified-representative-claim",
    claim,
  ];
}

function full(claim: string, model: string | undefined = OPUS): FullSessions {
  const sessions = new FullSessions();
  sessions.note(ME, { headers: refusal(claim), model }, NOW);
  return sessions;
}

describe("FullSessions", () => {
  it("R3: remembers a claimed window until it resets", () => {
    const sessions = full("five_hour");
    assert.equal(sessions.find(ME, OPUS, times(NOW + MINUTE))?.claim, "five_hour");
    assert.equal(sessions.find(ME, OPUS, times(NOW + 60 * MINUTE)), undefined);
  });

  it("R3: lets one request try the session every 15 minutes, and keeps the others off it meanwhile", () => {
    const sessions = full("five_hour");
    const later = NOW + 15 * MINUTE;
    assert.ok(sessions.find(ME, OPUS, times(later - 1)));
    assert.equal(sessions.find(ME, OPUS, times(later)), undefined);
    assert.ok(sessions.find(ME, OPUS, times(later)));
  });

  it("belongs to one principal's use of one account", () => {
    const sessions = full("five_hour");
    assert.equal(sessions.find({ ...ME, principal: "you" }, OPUS, times(NOW)), undefined);
    assert.equal(sessions.find({ ...ME, account: "a2" }, OPUS, times(NOW)), undefined);
  });

  it("R3: does not remember a 429 without a claim or a reset", () => {
    const sessions = new FullSessions();
    const status = ["anthropic-ratelimit-unified-status", "rejected"];
    assert.equal(sessions.note(ME, { headers: status, model: OPUS }, NOW), undefined);
    assert.equal(sessions.note(ME, { headers: [], model: OPUS }, NOW), undefined);
    const past = refusal("five_hour", NOW - MINUTE);
    assert.equal(sessions.note(ME, { headers: past, model: OPUS }, NOW), undefined);
    assert.equal(sessions.find(ME, OPUS, times(NOW)), undefined);
  });

  it("leaves other model families their session when one family's window is full", () => {
    const sessions = full("seven_day_opus");
    assert.ok(sessions.find(ME, "claude-opus-4-8", times(NOW)));
    assert.equal(sessions.find(ME, HAIKU, times(NOW)), undefined);
  });

  it("takes a claim that it does not know for one of that model alone", () => {
    const sessions = full("lunar_phase");
    assert.ok(sessions.find(ME, OPUS, times(NOW)));
    assert.equal(sessions.find(ME, HAIKU, times(NOW)), undefined);
  });

  it("forgets what a served request disproves", () => {
    const sessions = full("seven_day_opus");
    sessions.served(ME, HAIKU);
    assert.ok(sessions.find(ME, OPUS, times(NOW)));
    sessions.served(ME, OPUS);
    assert.equal(sessions.find(ME, OPUS, times(NOW)), undefined);
  });

  it("is bounded", () => {
    const sessions = full("five_hour");
    for (let i = 0; i < 1_000; i += 1) {
      const owner = { principal: `p${i}`, account: "a" };
      sessions.note(owner, { headers: refusal("five_hour"), model: OPUS }, NOW);
    }
    assert.equal(sessions.find(ME, OPUS, times(NOW)), undefined);
  });
});

describe("isQuotaRefusal", () => {
  it("C-22: tells a reached limit from a busy server", () => {
    assert.equal(isQuotaRefusal(refusal("five_hour")), true);
    assert.equal(isQuotaRefusal(["Anthropic-Ratelimit-Unified-Status", "rejected"]), true);
    assert.equal(isQuotaRefusal(["anthropic-ratelimit-unified-status", "allowed"]), false);
    assert.equal(isQuotaRefusal(["retry-after", "3"]), false);
  });
});
