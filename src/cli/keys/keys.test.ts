import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KeyView } from "../../identity/keys/index.ts";
import { type AskedRun, refused, runAsking } from "../control.fixture.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const SECRET = "spw-a-secret-of-this-test";
const BUDGET = {
  amount: "500",
  currency: "INR",
  period: "month",
  time_zone: "Asia/Kolkata",
  used: "123.4500",
  remaining: "376.5500",
  used_percent: 24.69,
  resets_at: "2026-11-30T18:30:00.000Z",
};
const KEY: KeyView = {
  id: "key_01",
  name: "ci",
  organisation: "local",
  principal: "build farm",
  role: "member",
  mask: "spw-abcd…wxyz",
  status: "active",
  created_at: "2026-11-20T12:00:00.000Z",
  expires_at: "2026-12-25T12:00:00.000Z",
  revoked_at: null,
  mode: "overflow",
  data_policy: "us_only",
  models: ["claude-opus-*"],
  budgets: [BUDGET],
  daily_requests: { limit: 200, used: 12, resets_at: "2026-11-25T18:30:00.000Z" },
  rpm: 60,
  tpm: null,
  concurrency: 4,
  session_concurrency: null,
};
const PLAIN: KeyView = {
  ...KEY,
  name: "laptop",
  principal: "laptop",
  role: "owner",
  expires_at: null,
  mode: null,
  data_policy: null,
  models: [],
  budgets: [],
  daily_requests: null,
  rpm: null,
  concurrency: null,
};
const { id: _, ...REST } = KEY;
const MINTED = { id: KEY.id, key: SECRET, ...REST };

async function run(body: unknown, ...argv: readonly string[]): Promise<AskedRun> {
  return await runAsking([{ status: 200, body }], ["keys", ...argv], { now: NOW });
}

describe("spillway keys", () => {
  it("asks for a key as the flags say, and shows it alone on its line", async () => {
    const { code, out, asked } = await run(
      MINTED,
      "create",
      "--name",
      "ci",
      "--budget",
      "500/month",
      "--currency",
      "INR",
      "--models",
      "claude-opus-*, claude-haiku-*",
      "--models",
      "x",
      "--daily-requests",
      "200",
      "--mode",
      "overflow",
      "--time-zone",
      "Asia/Kolkata",
      "--organisation",
      "acme",
    );
    assert.equal(code, 0);
    assert.deepEqual(asked, [
      {
        method: "POST",
        path: "/me/keys?organisation=acme",
        body: {
          name: "ci",
          budget: ["500/month"],
          currency: "INR",
          daily_requests: 200,
          models: ["claude-opus-*", "claude-haiku-*", "x"],
          mode: "overflow",
          time_zone: "Asia/Kolkata",
        },
      },
    ]);
    assert.equal(out.split("\n").filter((line) => line === SECRET).length, 1);
    assert.equal(out.split(SECRET).length, 2);
    assert.match(out, /ANTHROPIC_CUSTOM_HEADERS="x-spillway-key: THE_KEY"/);
    assert.match(out, /ANTHROPIC_AUTH_TOKEN=THE_KEY/);
    assert.match(out, /500 INR a month: 123\.45 used, 376\.55 left, resets in 5d 6h$/m);
    assertNarrow(out);
  });

  it("prints the answer as one document, the id and the key first", async () => {
    const { out } = await run(MINTED, "create", "--name", "ci", "--json");
    assert.deepEqual(JSON.parse(out), MINTED);
    assert.match(out, /^\{\n {2}"id": "key_01",\n {2}"key": "/);
  });

  it("lists active keys first, and what is used of their limits", async () => {
    const old = { ...KEY, name: "old", status: "revoked", revoked_at: "2026-11-24T12:00:00.000Z" };
    const { out } = await run({ keys: [old, KEY, PLAIN] }, "list");
    assert.deepEqual(
      out
        .split("\n")
        .slice(1, 4)
        .map((line) => line.trim().split(/ +/).slice(0, 4)),
      [
        ["ci", "spw-abcd…wxyz", "member", "active"],
        ["laptop", "spw-abcd…wxyz", "owner", "active"],
        ["old", "spw-abcd…wxyz", "member", "revoked"],
      ],
    );
    assert.match(out, /^ {2}ci +500 INR a month +123\.45 +376\.55 +in 5d 6h$/m);
    assert.match(out, /^ {2}ci +200 requests a day +12 +188 +in 6h 30m$/m);
    assert.ok(!/^ {2}(?:old|laptop) +500/m.test(out));
    assertNarrow(out);
  });

  it("fits the longest names and amounts into 80 columns", async () => {
    const budgets = [{ ...BUDGET, amount: "100000", used: "99999.9999", remaining: "0.0001" }];
    const { out } = await run({ keys: [{ ...KEY, name: "n".repeat(80), budgets }] }, "list");
    assertNarrow(out);
  });

  it("says how to begin where there is no key", async () => {
    const { code, out } = await run({ keys: [] }, "list");
    assert.equal(code, 0);
    assert.match(out, /spillway keys create --name NAME/);
  });

  it("shows a key by its id or any name", async () => {
    const { out, asked } = await run(KEY, "show", "a/b ü");
    assert.deepEqual(asked, [{ method: "GET", path: "/me/keys/a%2Fb%20%C3%BC" }]);
    assert.match(out, /^Key "ci"\n\n {2}id +key_01$/m);
    assert.match(out, /^ {2}state +active, expires in 30d \(2026-12-25/m);
    assert.match(out, /^ {2}principal +build farm$/m);
    assertNarrow(out);
  });

  it("says so where the currency of a budget has no rate", async () => {
    const budgets = [{ ...BUDGET, used: null, remaining: null }];
    const { out } = await run({ ...KEY, budgets }, "show", "ci");
    assert.match(out, /500 INR a month: use unknown, the currency has no rate/);
  });

  it("changes what the flags name, and clears what they say none of", async () => {
    const { asked } = await run(PLAIN, "update", "ci", "--budget", "none", "--expires", "90d");
    assert.deepEqual(asked, [
      { method: "PATCH", path: "/me/keys/ci", body: { budget: null, expires: "90d" } },
    ]);
    const nothing = await run(PLAIN, "update", "ci");
    assert.deepEqual([nothing.code, nothing.asked], [2, []]);
  });

  it("rotates with an overlap, and says until when the one before works", async () => {
    const { out, asked } = await run(MINTED, "rotate", "ci");
    assert.deepEqual(asked, [
      { method: "POST", path: "/me/keys/ci/rotate", body: { overlap: "24h" } },
    ]);
    assert.ok(out.split("\n").includes(SECRET));
    assert.match(out, /The one before works until 2026-11-26/);
    const ended = await run(MINTED, "rotate", "ci", "--overlap", "0s");
    assert.match(ended.out, /The one before has ended\./);
    assert.equal((await run(MINTED, "rotate", "ci", "--overlap", "soon")).code, 2);
  });

  it("revokes by id or name, and says which key that was", async () => {
    const { out, asked } = await run(KEY, "revoke", "ci");
    assert.deepEqual(asked, [{ method: "DELETE", path: "/me/keys/ci" }]);
    assert.match(out, /^The key "ci" \(spw-abcd…wxyz\) is revoked/);
  });

  it("tells a refusal by the flag that caused it", async () => {
    const answer = refused(400, 'The field "time_zone": expected a time zone', "invalid_body");
    const argv = ["keys", "create", "--name", "x", "--time-zone", "Mars"];
    const { code, out, err } = await runAsking([answer], argv);
    assert.deepEqual([code, out, err], [2, "", "spillway: --time-zone: expected a time zone.\n"]);
  });

  it("asks nothing when it is used wrongly", async () => {
    for (const argv of [
      ["create"],
      ["create", "--name", "x", "--daily-requests", "many"],
      ["create", "--name", "x", "--models", " , "],
      ["create", "--name", "x", "--role", "boss"],
      ["create", "--name", "x", "--mode", "free"],
      ["show"],
      ["revoke", " "],
    ]) {
      const { code, out, asked } = await run({}, ...argv);
      assert.deepEqual([code, out, asked], [2, "", []], argv.join(" "));
    }
  });

  it("lets no name steer the terminal", async () => {
    const { out } = await run({ keys: [{ ...KEY, name: "a\u001b[2Jb" }] }, "list");
    assert.ok(!out.includes("\u001b"));
  });
});

function assertNarrow(out: string): void {
  assert.ok(
    out.split("\n").every((line) => Array.from(line).length <= 80),
    out,
  );
}
