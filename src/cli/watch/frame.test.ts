import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { startedRecord, terminalRecord } from "../../store/records.fixture.ts";
import { monthView, usageView } from "../../store/usage-view.ts";
import { eventView } from "../../store/views.ts";
import type { QuotaAccount } from "../quota-view.ts";
import { bar } from "./bar.ts";
import { cutPainted } from "./cut-painted.ts";
import { frame } from "./frame.ts";
import type { Snapshot } from "./watcher.ts";

const NOW = new Date(2026, 10, 25, 12, 0, 0).getTime();
const iso = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

const EMPTY: Snapshot = {
  server: undefined,
  isRunning: false,
  problem: undefined,
  today: undefined,
  accounts: [],
  finished: [],
};
const ACCOUNT: QuotaAccount = {
  account: "1a2b3c4d",
  observed_at: iso(-1),
  windows: [
    {
      window: "7d",
      used_percent: 41,
      status: "allowed",
      resets_at: iso(76 * 60),
      forecast: { burn_percent_per_hour: 0.42, runs_out_at: null },
    },
    {
      window: "5h",
      used_percent: 87,
      status: "allowed_warning",
      resets_at: iso(130),
      forecast: { burn_percent_per_hour: 20.3, runs_out_at: iso(38) },
    },
    {
      window: "7d_sonnet",
      used_percent: 100,
      status: "rejected",
      resets_at: iso(60),
      forecast: null,
    },
  ],
};
const SERVER: NonNullable<Snapshot["server"]> = {
  pid: 1,
  version: "1.2.3",
  started_at: iso(-192),
  uptime_s: 11_520,
  url: "http://127.0.0.1:4080",
  data_dir: "/data",
  config_file: null,
  open_streams: 2,
  accepting: true,
  providers: [],
  pays: {
    mode: null,
    cap: {
      amount: "10",
      currency: "USD",
      period: "day",
      used: "1.2000",
      remaining: "8.8000",
      used_percent: 12,
      resets_at: iso(720),
    },
    stored: [{ provider: "anthropic", label: "claude-code", mask: "sk-ant-…", overflow: true }],
    keys: 0,
  },
};
const QUERY = { from: NOW, to: NOW + 1, groupBy: "none", timeZone: "UTC" } as const;
const USD = { currency: "USD", rate: "1" };
const FULL: Snapshot = {
  ...EMPTY,
  server: SERVER,
  isRunning: true,
  today: { ...usageView([], QUERY, USD), month: monthView([], NOW, USD) },
  accounts: [ACCOUNT],
  finished: [eventView(startedRecord(1), terminalRecord(1))],
};

function screen(
  snapshot: Snapshot,
  options: { readonly width?: number; readonly height?: number; readonly color?: boolean } = {},
): string {
  const { width = 80, height = 30, color = false } = options;
  return frame(snapshot, { width, height, color, nowMs: NOW, homeDir: "/home/me" }).join("\n");
}

describe("the live view's frame", () => {
  it("draws limits, the overflow's cap, today's money and the last requests, aligned in 80 columns", () => {
    const lines = screen(FULL).split("\n");
    assert.deepEqual(lines.slice(0, 13), [
      "Spillway 1.2.3  up 3h 12m  http://127.0.0.1:4080  2 streams open",
      "",
      "Subscription limits  account 1a2b3c4d, 1m ago",
      "  5h        █████████████▉··  87%  resets in 2h 10m    full in 38m at 20%/h",
      "  7d        ██████▌·········  41%  resets in 3d 4h     lasts at 0.4%/h",
      "  overage   ················    ?",
      "  7d_sonnet ████████████████ 100%  resets in 1h        rejected",
      "",
      'Overflow  key "claude-code" is ready, at most 10 USD a day',
      "  cap       █▉··············  12%  resets in 12h       1.20 used, 8.80 USD left",
      "",
      "Today  no requests",
      "",
    ]);
    assert.match(lines[13] ?? "", /^Last requests/);
    assert.match(lines[14] ?? "", /^TIME +MODEL/);
    assert.equal(lines.length, 30);
    assert.equal(lines.at(-1), "q quits");
    assert.ok(lines.every((line) => Array.from(line).length <= 80));
  });

  it("says that there is nothing yet", () => {
    const text = screen({ ...EMPTY, server: SERVER, isRunning: true });
    assert.match(text, /None known: they come with the answers/);
    assert.match(text, /^Last requests {2}none$/m);
  });

  it("says who pays and where redirected requests go", () => {
    const overflow = { label: "claude-code", until: iso(130) };
    const redirect = { to: "litellm", since: iso(-60), reason: "7d at 91%" };
    const text = screen({ ...FULL, accounts: [{ ...ACCOUNT, overflow, redirect }] });
    assert.match(text, /^ {2}Full: the stored key "claude-code" pays until 14:10$/m);
    assert.match(text, /^ {2}Redirected to litellm since 11:00: 7d at 91%$/m);
    assert.match(text, /^Overflow {2}key "claude-code" pays now, at most 10 USD a day$/m);
  });

  it("keeps the last figures of a server that is gone, and says so", () => {
    const text = screen({ ...FULL, isRunning: false, problem: "The database is locked." });
    assert.match(text, /^Spillway is not running\./);
    assert.match(text, /^The database is locked\.$/m);
    assert.match(text, /87%/);
    assert.match(text, /1\.20 used, 8\.80 USD left/);
    const ill = { ...SERVER, accepting: false };
    assert.match(screen({ ...FULL, server: ill }), /takes no new requests: storing records fails/);
  });

  it("shows two accounts, and counts the others where there is no room for them", () => {
    const accounts = ["a1", "b2", "c3"].map((account) => ({ ...ACCOUNT, account }));
    const text = screen({ ...FULL, accounts });
    assert.match(text, /account a1[^]*account b2[^]*and 1 account more: spillway status/);
    assert.doesNotMatch(text, /account c3/);
    assert.match(screen({ ...FULL, accounts }, { height: 60 }), /account c3/);
  });

  it("uses a wider terminal for longer bars, and colours only where they are wanted", () => {
    const wide = screen(FULL, { width: 120 });
    assert.ok((/5h +(?<bar>[█▉▋▊▌▍▎▏·]+)/.exec(wide)?.groups?.["bar"]?.length ?? 0) === 40);
    assert.doesNotMatch(screen(FULL), /\u001b/);
    const painted = screen(FULL, { color: true });
    assert.match(painted, /\u001b\[33m█+/);
    assert.equal(stripVTControlCharacters(painted), screen(FULL));
  });

  it("has exactly as many lines as the terminal, of any size", () => {
    const snapshots = fc.constantFrom(EMPTY, FULL, {
      ...FULL,
      accounts: [ACCOUNT, ACCOUNT, ACCOUNT],
    });
    const size = {
      width: fc.integer({ min: 1, max: 250 }),
      height: fc.integer({ min: 1, max: 90 }),
    };
    fc.assert(
      fc.property(snapshots, fc.record(size), (snapshot, { width, height }) => {
        const lines = screen(snapshot, { width, height, color: true }).split("\n");
        assert.equal(lines.length, height);
        for (const line of lines) {
          const cut = cutPainted(line, width);
          assert.ok(Array.from(stripVTControlCharacters(cut)).length <= width);
        }
      }),
    );
  });
});

describe("bar", () => {
  it("is as wide as it should be, and shows a little as a little", () => {
    const drawn = (percent: number | null) => {
      const { filled, rest } = bar(percent, 8);
      return `${filled}${rest}`;
    };
    assert.equal(drawn(null), "········");
    assert.equal(drawn(0), "········");
    assert.equal(drawn(0.01), "▏·······");
    assert.equal(drawn(50), "████····");
    assert.equal(drawn(100), "████████");
    assert.equal(drawn(250), "████████");
  });
});

describe("cutPainted", () => {
  it("counts characters, not colours, and ends the colour where it cuts", () => {
    const red = "\u001b[31mabc\u001b[39mdef";
    assert.equal(cutPainted(red, 6), red);
    assert.equal(cutPainted(red, 2), "\u001b[31mab\u001b[0m");
    assert.equal(cutPainted("a😀c", 2), "a😀");
    assert.equal(cutPainted("abc", 0), "");
  });
});
