import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { idOf } from "../fault/rig.ts";
import { bodyWrites } from "../upstream/answer.ts";
import { openBooks, sumOf } from "./books.ts";
import { recordsOf } from "./rig.ts";
import { type Played, played, type Seen, Table } from "./table.ts";
import { OUTCOMES, type Outcome, type Setup } from "./who-pays.ts";

const SETUPS: readonly Setup[] = [false, true].map((hasKey) => ({
  hasKey,
  hasSession: true,
  stored: "plain",
  asksOverflow: true,
  keyMode: undefined,
  configMode: undefined,
}));
const FULL = ["quota", "busy"] as const;
const SECONDS = Object.keys(OUTCOMES)
  .filter((name): name is Outcome => name in OUTCOMES)
  .filter((name) => name !== "ok");

let table: Table;

before(async () => {
  table = await Table.open("overflow:\n  budget: 1000/day\n");
  await table.store("plain");
});

after(() => table[Symbol.asyncDispose]());

async function playAll(requests: readonly Played[]) {
  const seen = await Promise.all(requests.map((request) => table.play(request)));
  const ids = seen.map(({ answer }) => idOf(answer));
  const rows = await recordsOf(table.gateway, ids);
  return seen.map((ends, at) => {
    const row = rows[at];
    const request = requests[at];
    assert.ok(row && request);
    return { ends, row, request };
  });
}

/** Every way in which a session can be full, whole and streamed. */
const requestsFor = (setup: Setup, second: Outcome): readonly Played[] =>
  FULL.flatMap((outcome) =>
    [false, true].map((stream) => played(setup, { outcome, second, stream })),
  );

/** Session, then stored key; a reset may be tried once more. */
function assertTried({ calls, body }: Seen, second: Outcome): void {
  const payers = calls.map((seen) => table.payerOf(seen));
  const tries = second === "reset" && payers.length === 3 ? ["stored", "stored"] : ["stored"];
  assert.deepEqual(payers, ["session", ...tries]);
  for (const seen of calls) assert.equal(seen.body.toString(), body);
}

describe("S0-17: the stored key does not serve either (R16)", () => {
  for (const setup of SETUPS) {
    const whose = setup.hasKey ? "with a key" : "without a key";
    for (const second of SECONDS) {
      const { status } = OUTCOMES[second];
      const isRefused = status === 401 || status === 403;
      const then = isRefused ? "the session's own 429" : "the stored key's answer";

      it(`S0-17: ${whose}, the stored key is told ${second}: the client gets ${then}`, async () => {
        table.forget();
        for (const { ends, row } of await playAll(requestsFor(setup, second))) {
          assertTried(ends, second);
          const { answer, calls } = ends;
          const shownCall = isRefused ? calls[0] : calls.at(-1);
          assert.ok(shownCall);
          assert.equal(answer.status, isRefused ? 429 : status);
          const mode = isRefused ? "passthrough" : "byok-overflow";
          assert.equal(answer.headers["x-spillway-upstream-mode"], mode);
          assert.equal(row.mode, mode);
          assert.equal(row.book, isRefused ? "subscription" : "overflow");
          assert.equal(answer.headers["x-spillway-overflow"], isRefused ? "failed" : undefined);
          if (second !== "reset") {
            const sent = table.sentBy(shownCall);
            assert.deepEqual(answer.body, Buffer.concat(bodyWrites(sent)));
            const retryAfter = sent.headers.findIndex((name) => /^retry-after$/i.test(name));
            const wanted = retryAfter < 0 ? undefined : sent.headers[retryAfter + 1];
            assert.equal(answer.headers["retry-after"], wanted);
          }
          assert.deepEqual(
            row.attempts.slice(0, 2).map(({ credentialClass }) => credentialClass),
            ["subscription", "stored"],
          );
          assert.equal(sumOf(row.lines, "held:"), 0n);
        }
      });

      it(`S0-17: ${whose}, the stored key is told ${second}: nothing is spent that was not billed`, async () => {
        table.forget();
        const atFirst = spent();
        const requests = requestsFor(setup, second).filter(({ stream }) => stream);
        const results = await playAll(requests);
        for (const { row } of results) {
          // What became of a request whose connection broke is not known: it is charged as it was held (R15).
          if (second === "reset") assert.equal(row.costNano, undefined);
          else assert.equal(row.costNano, 0n);
        }
        const held = results.flatMap(({ row }) =>
          row.lines.filter(({ leg, account }) => leg === "reserve" && account.startsWith("held:")),
        );
        assert.equal(held.length, results.length);
        const reserved = held.reduce((sum, { amountNano }) => sum + amountNano, 0n);
        assert.ok(reserved > 0n);
        assert.equal(spent() - atFirst, second === "reset" ? reserved : 0n);
      });
    }
  }
});

describe("R3, R16: the session is known to be full, and the stored key does not serve", () => {
  for (const setup of SETUPS) {
    for (const second of ["unauthorised", "forbidden"] as const) {
      for (const outcome of ["ok", "quota", "overloaded"] as const) {
        const whose = setup.hasKey ? "with a key" : "without a key";
        it(`R16: ${whose}, the stored key is told ${second} first: the session is tried, and told ${outcome}`, async () => {
          table.forget();
          const results = [];
          for (const stream of [false, true]) {
            const first = played(setup, { outcome: "quota" });
            await playAll([first]);
            const atFirst = spent();
            results.push(...(await playAll([{ ...first, outcome, second, stream }])));
            assert.equal(spent(), atFirst);
          }
          for (const { ends, row } of results) {
            const payers = ends.calls.map((seen) => table.payerOf(seen));
            assert.deepEqual(payers, ["stored", "session"]);
            assert.equal(ends.answer.status, OUTCOMES[outcome].status);
            assert.equal(ends.answer.headers["x-spillway-overflow"], "failed");
            assert.equal(ends.answer.headers["x-spillway-upstream-mode"], "passthrough");
            assert.equal(row.mode, "passthrough");
            assert.equal(row.book, "subscription");
            assert.equal(sumOf(row.lines, "held:"), 0n);
            assert.equal(sumOf(row.lines, "budget:"), 0n);
            assert.ok(row.lines.some(({ leg }) => leg === "release"));
          }
        });
      }
    }
  }
});

/** What all budgets together have spent or on hold, by the lines in the database. */
function spent(): bigint {
  using books = openBooks(table.gateway.dataDir);
  return -[...books.balances("budget:").values()].reduce((sum, amount) => sum + amount, 0n);
}

describe("R3: which 429 overflows is configured", () => {
  it("C-22: with overflow.on quota429 a session that is only busy keeps its 429", async () => {
    await using strict = await Table.open("overflow:\n  on: quota429\n");
    await strict.store("plain");
    for (const setup of SETUPS) {
      const busy = await strict.play(played(setup, { outcome: "busy" }));
      assert.deepEqual(
        busy.calls.map((seen) => strict.payerOf(seen)),
        ["session"],
      );
      assert.equal(busy.answer.status, 429);
      assert.equal(busy.answer.headers["retry-after"], "2");
      assert.equal(busy.answer.headers["x-spillway-upstream-mode"], "passthrough");
      assert.equal(busy.answer.headers["x-spillway-overflow"], undefined);
      const quota = await strict.play(played(setup, { outcome: "quota" }));
      assert.deepEqual(
        quota.calls.map((seen) => strict.payerOf(seen)),
        ["session", "stored"],
      );
      assert.equal(quota.answer.status, 200);
    }
  });
});
