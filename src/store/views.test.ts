import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nanoUsd } from "../base/money.ts";
import { nanoUsdJson, shortMoney } from "./amount-view.ts";
import type { UsageRow } from "./contract.ts";
import type { StartedRecord, TerminalRecord } from "./record.ts";
import { monthView } from "./usage-view.ts";
import { eventView, exchangeView, usageView } from "./views.ts";

const STARTED: StartedRecord = {
  id: "spx_01m7ynzxqj5hdqtd1bdwkne29p",
  startedAt: 1_795_245_464_463,
  principal: "local",
  organisation: "local",
  dialect: "anthropic",
  operation: "messages",
  method: "POST",
  path: "/v1/messages",
  requestedModel: "opus",
  stream: true,
  credentialClass: "subscription",
  provider: "anthropic",
};

const TERMINAL: TerminalRecord = {
  id: STARTED.id,
  finishedAt: STARTED.startedAt + 4_213,
  durationMs: 4_213,
  servedModel: "claude-opus-5-5",
  attempts: [],
  tokens: { input: 5, cacheRead: 20, output: 7 },
  usageRaw: '{"input_tokens":5}',
  units:
    '[{"model":"m","units":{"cacheRead":20},"serviceTier":"batch","costNanoUsd":"9007199254740993"}]',
  usageSource: "provider",
  usageSuspect: false,
  cost: nanoUsd(42_012_345n),
  book: "subscription",
  currency: "INR",
  rate: "88.5",
  status: 200,
  finish: "complete",
};

const USD = { currency: "USD", rate: "1" };

describe("eventView", () => {
  it("says of a running exchange only what is known", () => {
    const view = eventView(STARTED, undefined);
    assert.equal(view.finish, null);
    assert.equal(view.finished_at, null);
    assert.equal(view.model, "opus");
    assert.equal(view.cost, null);
    assert.equal(view.tokens.input_total, null);
    assert.equal(view.usage_source, null);
  });

  it("prefers the served model and shows money in the currency of the record", () => {
    const view = eventView(STARTED, TERMINAL);
    assert.equal(view.model, "claude-opus-5-5");
    assert.equal(view.cost_nano_usd, 42_012_345);
    assert.equal(view.cost, "₹3.72");
    assert.equal(view.tokens.input_total, 25);
    assert.equal(view.tokens.cache_write, null);
    assert.equal(view.started_at, "2026-11-21T07:17:44.463Z");
  });

  it("keeps an unknown cost unknown", () => {
    const view = eventView(STARTED, { ...TERMINAL, cost: undefined });
    assert.equal(view.cost_nano_usd, null);
    assert.equal(view.cost, null);
  });
});

describe("exchangeView", () => {
  it("gives stored JSON as JSON, its names spelled as all the others", () => {
    const view = exchangeView({ started: STARTED, terminal: TERMINAL, transactions: [] });
    assert.deepEqual(view.usage_raw, { input_tokens: 5 });
    assert.deepEqual(view.units, [
      {
        model: "m",
        units: { cache_read: 20 },
        service_tier: "batch",
        cost_nano_usd: "9007199254740993",
      },
    ]);
  });

  it("has every field of the list's view, with the same value", () => {
    const view = exchangeView({ started: STARTED, terminal: TERMINAL, transactions: [] });
    const event = eventView(STARTED, TERMINAL);
    const shared = Object.entries(view).filter(([key]) => Object.hasOwn(event, key));
    assert.deepEqual(Object.fromEntries(shared), event);
  });

  it("loses no digit of the ledger's amounts", () => {
    const view = exchangeView({
      started: STARTED,
      terminal: TERMINAL,
      transactions: [
        {
          exchangeId: STARTED.id,
          leg: "settle",
          seq: 0,
          at: STARTED.startedAt,
          book: "api",
          lines: [
            { account: "spend:local", amountNano: 9_007_199_254_740_993n },
            { account: "provider:anthropic", amountNano: -5n },
          ],
        },
      ],
    });
    const amounts = view.ledger.flatMap(({ lines }) => lines.map((line) => line.amount_nano_usd));
    assert.deepEqual(amounts, ["9007199254740993", -5]);
  });
});

describe("usageView", () => {
  const row = (change: Partial<UsageRow>): UsageRow => ({
    group: "m",
    book: "api",
    requests: 1,
    running: 0,
    inputTokens: 10,
    outputTokens: 2,
    cacheReadTokens: 30,
    cacheWriteTokens: 5,
    unknownUsage: 0,
    cost: nanoUsd(1_000_000_000n),
    unpriced: 0,
    ...change,
  });
  const query = { from: 0, to: 1, groupBy: "model", timeZone: "Europe/Berlin" } as const;

  it("adds up each book by itself: covered and billed money are never one sum", () => {
    const rows = [
      row({}),
      row({ group: "n", unknownUsage: 1, unpriced: 2 }),
      row({ book: "subscription" }),
      row({ book: undefined, running: 1, cost: nanoUsd(0n) }),
    ];
    const view = usageView(rows, query, USD);
    assert.deepEqual(
      view.books.map(({ book, requests, cost }) => [book, requests, cost]),
      [
        ["subscription", 1, "$1.00"],
        ["api", 2, "$2.00"],
        [null, 1, "$0.00"],
      ],
    );
    const api = view.books[1];
    assert.equal(api?.unknown_usage, 1);
    assert.equal(api?.unpriced, 2);
    assert.equal(api?.tokens.input_total, 90);
    assert.equal(view.groups.length, 4);
    assert.equal(view.time_zone, "Europe/Berlin");
  });

  it("lists no groups where none were asked for", () => {
    const view = usageView([row({ group: undefined })], { ...query, groupBy: "none" }, USD);
    assert.equal(view.by, null);
    assert.deepEqual(view.groups, []);
  });
});

describe("monthView", () => {
  const row = (
    book: UsageRow["book"],
    dollars: bigint,
    more: Partial<UsageRow> = {},
  ): UsageRow => ({
    group: undefined,
    book,
    requests: 1,
    running: 0,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    unknownUsage: 0,
    cost: nanoUsd(dollars * 1_000_000_000n),
    unpriced: 0,
    ...more,
  });

  it("says what was paid, what was covered, and what both would have cost", () => {
    const rows = [
      row("subscription", 120n, { unpriced: 2 }),
      row("api", 3n),
      row("overflow", 4n, { unknownUsage: 1 }),
      row(undefined, 0n, { running: 1 }),
    ];
    assert.deepEqual(monthView(rows, Date.parse("2026-11-01T00:00:00Z"), USD), {
      from: "2026-11-01T00:00:00.000Z",
      paid: { cost_nano_usd: 7_000_000_000, cost: "$7.00" },
      notional: { cost_nano_usd: 120_000_000_000, cost: "$120.00" },
      without_subscription: { cost_nano_usd: 127_000_000_000, cost: "$127.00" },
      unknown_usage: 1,
      unpriced: 2,
    });
  });
});

describe("shortMoney", () => {
  it("shows four decimals below one unit and two from there, and nothing real as nothing", () => {
    const examples = [
      [0n, "$0.00"],
      [1n, "<$0.0001"],
      [49_999n, "<$0.0001"],
      [50_000n, "$0.0001"],
      [12_345_000n, "$0.0123"],
      [999_949_999n, "$0.9999"],
      [999_950_000n, "$1.00"],
      [12_345_000_000n, "$12.35"],
    ] as const;
    for (const [amount, text] of examples) assert.equal(shortMoney(nanoUsd(amount), USD), text);
    assert.equal(shortMoney(nanoUsd(1n), { currency: "CHF", rate: "0.8" }), "<CHF 0.0001");
  });
});

describe("nanoUsdJson", () => {
  it("is a number while a number is exact", () => {
    assert.equal(nanoUsdJson(9_007_199_254_740_991n), 9_007_199_254_740_991);
    assert.equal(nanoUsdJson(9_007_199_254_740_992n), "9007199254740992");
    assert.equal(nanoUsdJson(undefined), null);
  });
});
