import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isObject } from "../../base/json.ts";
import { openScene, type Reply, type Scene } from "./self-service.fixture.ts";

function listed(reply: Reply): readonly string[] {
  const { keys } = reply.json;
  assert.ok(Array.isArray(keys), reply.text);
  return keys.map((key) => (isObject(key) ? String(key["name"]) : ""));
}

async function create(scene: Scene, body: unknown, key?: string): Promise<Reply> {
  const door = key === undefined ? "control" : "data";
  return await scene.ask(door, "POST", "/me/keys", { key, body: JSON.stringify(body) });
}

describe("/me/keys", () => {
  it("A-11: shows a new key once, and only its mask from then on", async () => {
    await using scene = await openScene();
    const made = await create(scene, { name: "laptop" });
    assert.equal(made.status, 201, made.text);
    const secret = String(made.json["key"]);
    assert.match(secret, /^spw-[0-9A-Za-z]{49}$/);
    assert.match(String(made.json["id"]), /^key_/);
    assert.equal(made.json["role"], "owner");
    assert.equal(made.headers["cache-control"], "no-store");
    for (const path of ["/me", "/me/keys", "/me/keys/laptop", "/me/budget", "/me/usage"]) {
      const seen = await scene.ask("data", "GET", path, { key: secret });
      assert.equal(seen.status, 200, path);
      assert.ok(!seen.text.includes(secret.slice(8, -4)), path);
    }
  });

  it("keeps everything that was asked for", async () => {
    await using scene = await openScene();
    const { json } = await create(scene, {
      name: "ci",
      role: "member",
      budget: ["500/month", "20/day"],
      currency: "INR",
      time_zone: "Asia/Kolkata",
      daily_requests: 100,
      models: ["claude-opus-*"],
      mode: "overflow",
      data_policy: "us_only",
      expires: "30d",
    });
    const { budgets, ...rest } = json;
    assert.deepEqual(budgets, [
      {
        amount: "500",
        currency: "INR",
        period: "month",
        time_zone: "Asia/Kolkata",
        used: "0.0000",
        remaining: "500.0000",
        used_percent: 0,
        resets_at: "2026-11-30T18:30:00.000Z",
      },
      {
        amount: "20",
        currency: "INR",
        period: "day",
        time_zone: "Asia/Kolkata",
        used: "0.0000",
        remaining: "20.0000",
        used_percent: 0,
        resets_at: "2026-11-21T18:30:00.000Z",
      },
    ]);
    assert.deepEqual(rest["daily_requests"], {
      limit: 100,
      used: 0,
      resets_at: "2026-11-21T18:30:00.000Z",
    });
    assert.equal(rest["mode"], "overflow");
    assert.equal(rest["data_policy"], "us_only");
    assert.deepEqual(rest["models"], ["claude-opus-*"]);
    assert.equal(rest["expires_at"], "2026-12-21T09:31:00.000Z");
  });

  it("refuses currencies without a rate and policies that nobody knows", async () => {
    await using scene = await openScene();
    for (const [body, said] of [
      [{ name: "a", budget: "5/day", currency: "CHF" }, /currency\.rates/],
      [{ name: "a", data_policy: "mars_only" }, /us_only/],
    ] as const) {
      const answer = await create(scene, body);
      assert.equal(answer.code, "invalid_body");
      assert.match(answer.text, said);
    }
  });

  it("A-02: a member makes nothing, and an owner only keys of its own organisation", async () => {
    await using scene = await openScene();
    await scene.mint("olga");
    const member = await scene.mint("max");
    const foreign = await scene.mint("fred", { organisation: "acme" });
    assert.equal((await create(scene, { name: "n" }, member.secret)).code, "owner_required");
    const smuggled = await create(scene, { name: "n", organisation: "local" }, foreign.secret);
    assert.equal(smuggled.code, "invalid_body");
    const made = await create(scene, { name: "n" }, foreign.secret);
    assert.equal(made.json["organisation"], "acme");
    assert.equal(made.json["role"], "member");
  });

  it("A-06: lists to a member its own key, to an owner its organisation's", async () => {
    await using scene = await openScene();
    const owner = await scene.mint("olga");
    const member = await scene.mint("max");
    const foreign = await scene.mint("fred", { organisation: "acme" });
    const list = async (key: string) => listed(await scene.ask("data", "GET", "/me/keys", { key }));
    assert.deepEqual(await list(member.secret), ["max"]);
    assert.deepEqual(new Set(await list(owner.secret)), new Set(["olga", "max"]));
    assert.deepEqual(await list(foreign.secret), ["fred"]);
    for (const [key, other] of [
      [member, owner],
      [foreign, owner],
      [owner, foreign],
    ] as const) {
      for (const named of [other.key.id, other.key.name]) {
        const seen = await scene.ask("data", "GET", `/me/keys/${named}`, { key: key.secret });
        const missing = await scene.ask("data", "GET", "/me/keys/nobody", { key: key.secret });
        assert.equal(seen.status, 404);
        assert.deepEqual(seen.json["error"], missing.json["error"]);
      }
    }
  });

  it("A-10: a change, a rotation and a revocation hold for the next request", async () => {
    await using scene = await openScene();
    const owner = await scene.mint("olga");
    const { key, secret } = await scene.mint("max", { role: "owner" });
    const patched = await scene.ask("data", "PATCH", "/me/keys/max", {
      key: owner.secret,
      body: '{"role":"member","models":["a"],"name":"Max Müller"}',
    });
    assert.equal(patched.status, 200, patched.text);
    assert.deepEqual(patched.json["models"], ["a"]);
    assert.equal((await create(scene, { name: "n" }, secret)).code, "owner_required");

    const rotated = await scene.ask("data", "POST", "/me/keys/max%20m%C3%BCller/rotate", {
      key: owner.secret,
      body: '{"overlap":"0s"}',
    });
    assert.equal(rotated.json["id"], key.id, rotated.text);
    const next = String(rotated.json["key"]);
    assert.equal((await scene.ask("data", "GET", "/me", { key: secret })).status, 401);
    assert.equal((await scene.ask("data", "GET", "/me", { key: next })).status, 200);

    const revoked = await scene.ask("data", "DELETE", `/me/keys/${key.id}`, { key: owner.secret });
    assert.equal(revoked.json["status"], "revoked");
    assert.equal((await scene.ask("data", "GET", "/me", { key: next })).code, "key_revoked");
  });

  it("lets the secret before a rotation work on, unless told otherwise", async () => {
    await using scene = await openScene();
    const { secret } = await scene.mint("olga");
    const path = "/me/keys/olga/rotate";
    for (const body of ['{"overlap":1}', '{"overlap":"31d"}', '{"until":"x"}', "[]", '"1h"']) {
      const answer = await scene.ask("data", "POST", path, { key: secret, body });
      assert.equal(answer.code, "invalid_body", body);
    }
    assert.equal((await scene.ask("data", "POST", path, { key: secret })).status, 200);
    assert.equal((await scene.ask("data", "GET", "/me", { key: secret })).status, 200);
  });

  it("has one active key of a name", async () => {
    await using scene = await openScene();
    assert.equal((await create(scene, { name: "n" })).status, 201);
    const again = await create(scene, { name: "N" });
    assert.equal(again.status, 409);
    assert.equal(again.code, "name_taken");
  });
});
