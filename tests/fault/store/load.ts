import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../../src/base/clock.ts";
import { IdSource } from "../../../src/base/ids.ts";
import { ExchangeLedger } from "../../../src/ledger/index.ts";
import { startedRecord, terminalRecord } from "../../../src/store/records.fixture.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";

/**
 * A process that writes exchanges until it is killed. A line for each that was started, `+ id`, for each hold that was
 * stored while it ran, `h id`, and for each whose end is on the disk, `= id`: written to the pipe at once, so that the reader has all that happened before the kill.
 */
const IN_FLIGHT = 16;
const RATES = { priceVersion: "v1", currency: "USD", rate: "1" };

const [dataDir = "", bootId = ""] = process.argv.slice(2);
const opened = await openSqliteStore({
  dataDir,
  clock: systemClock,
  bootId,
  onProblem: (problem) => say(`! ${problem.kind} ${problem.message}`),
});
if (!opened.ok) throw new Error(opened.error.message);
const store = opened.value;
const ids = new IdSource("spx_", () => systemClock.now());
say(`ready ${store.recovered}`);
await Promise.all(Array.from({ length: IN_FLIGHT }, (_, lane) => runLane(lane)));

async function runLane(lane: number): Promise<never> {
  for (let turn = lane; ; turn += 1) {
    const id = ids.next();
    const payers = turn % 3 < 2 ? ["budget:key", "budget:team"] : ["spend:local"];
    const ledger = new ExchangeLedger({ exchangeId: id, book: "api", payers, provider: "test" });
    const now = systemClock.now();
    const reserved = turn % 3 === 0 ? ledger.reserve(now, 100n) : [];
    const outcome = await store.start({ ...startedRecord(0), id, startedAt: now }, reserved);
    if (!outcome.ok) throw new Error(outcome.error.message);
    say(`+ ${id}`);
    if (turn % 3 === 1) {
      const held = await store.hold(id, ledger.reserve(now, 100n));
      if (!held.ok) throw new Error(held.error.message);
      say(`h ${id}`);
    }
    await delay(turn % 7);
    if (turn % 6 === 0) store.record(ledger.topUp(now, 50n));
    store.finish({ ...terminalRecord(0), id }, ledger.settle(now, 120n, RATES));
    if (turn % 20 === 0) {
      await store.flush();
      say(`= ${id}`);
    }
  }
}

/** Blocks while the reader is behind; `writeSync` would fail with EAGAIN there. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
