import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isObject } from "../../base/json.ts";
import { nanoUsd } from "../../base/money.ts";
import { Secret } from "../../base/secret.ts";
import { accountOf } from "../../identity/principal.ts";
import { budgetWindow } from "../../policy/budget/index.ts";
import { startedRecord, temporaryDirectory, terminalRecord } from "../../store/records.fixture.ts";
import { openStore } from "../../store/sqlite/store.fixture.ts";
import { type Minted, NOW_MS, openScene, type Reply, type Scene } from "./self-service.fixture.ts";

const scope = new AsyncDisposableStack();
let scene: Scene;
let owner: Minted;
let member: Minted;
let foreign: Minted;

/** Exchanges by key: two of the owner, one of the member, one keyless, one of another organisation. */
before(async () => {
  const directory = scope.use(await temporaryDirectory());
  const { store } = scope.use(await openStore(directory.path));
  scene = scope.use(await openScene(store.reader));
  owner = await scene.mint("olga");
  member = await scene.mint("max");
  foreign = await scene.mint("fred", { organisation: "acme" });
  const rows = [
    { organisation: "local", keyId: owner.key.id, book: "api" },
    { organisation: "local", keyId: owner.key.id, book: "overflow" },
    { organisation: "local", keyId: member.key.id, book: "api" },
    { organisation: "local", keyId: undefined, book: "subscription" },
    { organisation: "acme", keyId: foreign.key.id, book: "api" },
  ] as const;
  for (const [number, { organisation, keyId, book }] of rows.entries()) {
    const started = startedRecord(number, { organisation, keyId });
    assert.ok((await store.start(started)).ok);
    store.finish(terminalRecord(number, { book, cost: nanoUsd(1_000_000_000n) }));
  }
  await store.flush();
});

after(() => scope.disposeAsync());

function requestsIn({ json, text }: Reply): number {
  const { books } = json;
  assert.ok(Array.isArray(books), text);
  return books.reduce<number>(
    (sum, book) => sum + (isObject(book) ? Number(book["requests"]) : 0),
    0,
  );
}

const CALLERS = [
  ["the keyless user", "data", () => undefined, 4],
  ["an owner", "data", () => owner.secret, 4],
  ["a member", "data", () => member.secret, 1],
  ["another organisation's owner", "data", () => foreign.secret, 1],
  ["the control door", "control", () => undefined, 5],
] as const;

describe("reports of /me", () => {
  for (const [who, door, keyOf, requests] of CALLERS) {
    it(`A-06: ${who} sees ${requests} of 5 requests in usage, activity and events`, async () => {
      const key = keyOf();
      const usage = await scene.ask(door, "GET", "/me/usage", { key });
      assert.equal(requestsIn(usage), requests);
      const events = await scene.ask(door, "GET", "/me/activity/events", { key });
      const { events: list } = events.json;
      assert.ok(Array.isArray(list));
      assert.equal(list.length, requests);
      const activity = await scene.ask(door, "GET", "/me/activity", { key });
      const { series } = activity.json;
      assert.ok(Array.isArray(series) && isObject(series[0]));
      assert.equal(series[0]["requests"], requests);
    });
  }

  it("shows whoever runs the gateway one organisation where it is named", async () => {
    const usage = await scene.ask("control", "GET", "/me/usage?organisation=acme");
    assert.equal(requestsIn(usage), 1);
  });

  it("calls keys by their names in a report by key", async () => {
    const { groups } = (await scene.ask("control", "GET", "/me/usage?by=key")).json;
    assert.ok(Array.isArray(groups));
    const names = groups.map((group) => (isObject(group) ? group["name"] : undefined));
    assert.deepEqual(new Set(names), new Set(["olga", "max", "fred", null]));
  });

  it("narrows to a key that the caller may know of", async () => {
    const of = async (key: string | undefined, named: string) =>
      await scene.ask("data", "GET", `/me/usage?key=${named}`, { key });
    assert.equal(requestsIn(await of(owner.secret, "max")), 1);
    assert.equal(requestsIn(await of(undefined, owner.key.id)), 2);
    assert.equal(requestsIn(await of(member.secret, "max")), 1);
    for (const [key, named] of [
      [member.secret, "olga"],
      [member.secret, foreign.key.id],
      [owner.secret, "fred"],
      [foreign.secret, "max"],
      [owner.secret, "' OR 1=1 --".replaceAll(" ", "%20")],
    ] as const) {
      assert.equal((await of(key, named)).code, "not_found", named);
      const events = await scene.ask("data", "GET", `/me/activity/events?key=${named}`, { key });
      assert.equal(events.code, "not_found");
    }
  });

  it("groups by key and by agent", async () => {
    const groups = async (by: string) => {
      const { json } = await scene.ask("data", "GET", `/me/usage?by=${by}`);
      const { groups: list } = json;
      assert.ok(Array.isArray(list));
      return list.map((group) => (isObject(group) ? group["group"] : undefined));
    };
    const byKey = new Set(await groups("key"));
    assert.deepEqual(byKey, new Set([null, owner.key.id, member.key.id]));
    assert.deepEqual(new Set(await groups("agent")), new Set(["agent-1"]));
  });

  it("says what the month would have cost without the subscription, of what the caller sees", async () => {
    const month = async (key?: string) =>
      (await scene.ask("data", "GET", "/me/usage?from=2026-11-20&to=2026-11-20", { key })).json[
        "month"
      ];
    const dollars = (count: number) => ({
      cost_nano_usd: count * 1_000_000_000,
      cost: `$${count}.00`,
    });
    assert.deepEqual(await month(), {
      from: "2026-11-01T00:00:00.000Z",
      paid: dollars(3),
      notional: dollars(1),
      without_subscription: dollars(4),
      unknown_usage: 0,
      unpriced: 0,
    });
    assert.deepEqual(await month(member.secret), {
      from: "2026-11-01T00:00:00.000Z",
      paid: dollars(1),
      notional: dollars(0),
      without_subscription: dollars(1),
      unknown_usage: 0,
      unpriced: 0,
    });
  });

  it("tells callers who they are", async () => {
    const keyless = await scene.ask("data", "GET", "/me");
    assert.deepEqual(keyless.json, {
      principal: "me",
      organisation: "local",
      role: "local",
      key: null,
    });
    const { json } = await scene.ask("data", "GET", "/me", { key: foreign.secret });
    assert.equal(json["organisation"], "acme");
    assert.ok(isObject(json["key"]));
    assert.equal(json["key"]["name"], "fred");
  });

  it("H-12: refuses parameters of another shape", async () => {
    for (const path of [
      "/me/usage?by=client",
      "/me/usage?from=2000-01-01",
      "/me/activity?to=x",
      "/me/activity/events?limit=201",
      "/me/activity/events?before=spx_1",
    ]) {
      assert.equal((await scene.ask("data", "GET", path)).code, "invalid_parameter", path);
    }
  });
});

describe("/me/budget", () => {
  it("shows the cap of overflows where there is no budget", async () => {
    const cap = {
      amount: "10",
      currency: "USD",
      period: "day",
      time_zone: "UTC",
      used: "0.0000",
      remaining: "10.0000",
      used_percent: 0,
      resets_at: "2026-11-22T00:00:00.000Z",
    };
    const keyless = await scene.ask("data", "GET", "/me/budget");
    assert.deepEqual(keyless.json, { scope: "me", budgets: [cap], daily_requests: null });
    const keyed = await scene.ask("data", "GET", "/me/budget", { key: member.secret });
    assert.deepEqual(keyed.json, { scope: "max", budgets: [cap], daily_requests: null });
  });

  it("S0-21: counts what the ledger moved, in the budget's currency", async () => {
    const rule = {
      amount: "500",
      currency: "INR",
      period: "month",
      timeZone: "Asia/Kolkata",
    } as const;
    const { key, secret } = await scene.mint("rupees", { settings: { budgets: [rule] } });
    const { label } = budgetWindow(rule, NOW_MS);
    const spend = (amountNano: bigint) =>
      scene.budgets.apply([
        {
          exchangeId: "spx_1",
          leg: "settle",
          seq: 0,
          at: NOW_MS,
          book: "api",
          lines: [
            { account: `budget:${key.id}/month:${label}`, amountNano: -amountNano },
            { account: "provider:anthropic", amountNano },
          ],
        },
      ]);
    const shown = async () => {
      const { json } = await scene.ask("data", "GET", "/me/budget?key=rupees", { key: secret });
      const { budgets } = json;
      assert.ok(Array.isArray(budgets) && isObject(budgets[0]));
      return [budgets[0]["used"], budgets[0]["remaining"], budgets[0]["used_percent"]];
    };
    spend(1_000_000_000n);
    assert.deepEqual(await shown(), ["88.5000", "411.5000", 17.7]);
    spend(10_000_000_000n);
    assert.deepEqual(await shown(), ["973.5000", "0.0000", 194.7]);
    const other = await scene.ask("data", "GET", "/me/budget?key=rupees", { key: member.secret });
    assert.equal(other.code, "not_found");
  });
});

describe("/me/quota", () => {
  it("A-06: shows a key what its user knows of the account whose token it sends, and the machine's own user all", async () => {
    const token = "sk-ant-oat01-mine";
    const own = accountOf(new Secret(token), new Secret("k".repeat(64)));
    const users = [
      { principal: "me", account: own },
      { principal: member.key.principal, account: own },
      { principal: member.key.principal, account: "another" },
    ];
    scene.settings.quota = users.map((user) => ({
      ...user,
      observedAtMs: NOW_MS,
      windows: [],
      other: {},
    }));
    const seen = async (headers: Record<string, string>) => {
      const { accounts } = (await scene.ask("data", "GET", "/me/quota", { headers })).json;
      assert.ok(Array.isArray(accounts));
      return accounts.map((shown: unknown) => isObject(shown) && shown["principal"]);
    };
    const { principal } = member.key;
    assert.deepEqual(await seen({}), ["me", principal, principal]);
    assert.deepEqual(await seen({ "x-spillway-key": member.secret }), []);
    const both = { "x-spillway-key": member.secret, authorization: `Bearer ${token}` };
    assert.deepEqual(await seen(both), [principal]);
  });

  it("tells the budget above the caller's overflow: a key's own, or the cap", async () => {
    const budgets = [
      { amount: "500", currency: "INR", period: "month", timeZone: "UTC" },
      { amount: "0", currency: "USD", period: "day", timeZone: "UTC" },
    ] as const;
    const { secret } = await scene.mint("two budgets", { settings: { budgets } });
    const cap = async (key: string | undefined) => {
      const { overflow_cap: shown } = (await scene.ask("data", "GET", "/me/quota", { key })).json;
      assert.ok(isObject(shown));
      return [shown["amount"], shown["currency"], shown["period"], shown["remaining"]];
    };
    assert.deepEqual(await cap(undefined), ["10", "USD", "day", "10.0000"]);
    assert.deepEqual(await cap(member.secret), ["10", "USD", "day", "10.0000"]);
    assert.deepEqual(await cap(secret), ["0", "USD", "day", "0.0000"], "the one that binds");
  });
});
