import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { StoreProblem } from "../contract.ts";
import { exchangeId, startedRecord, terminalRecord } from "../records.fixture.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { OP, type WriterReply, type WriterRequest } from "./protocol.ts";
import { WriterQueue, type WriterQueueOptions } from "./writer-queue.ts";

describe("WriterQueue", () => {
  it("sends the starts of one turn of the event loop together", async () => {
    const { queue, posted } = setUp();
    void queue.start(startedRecord(1), undefined);
    void queue.start(startedRecord(2), undefined);
    assert.deepEqual(posted, []);
    await turn();
    assert.deepEqual(batches(posted), [["start 1", "start 2"]]);
  });

  it("has one batch under way; what comes meanwhile goes together in the next", async () => {
    const { queue, posted } = setUp();
    const first = queue.start(startedRecord(1), undefined);
    await turn();
    void queue.start(startedRecord(2), undefined);
    await turn();
    void queue.start(startedRecord(3), undefined);
    await turn();
    assert.equal(posted.length, 1);
    queue.handle({ kind: "applied" });
    assert.equal((await first).ok, true);
    await turn();
    assert.deepEqual(batches(posted).at(-1), ["start 2", "start 3"]);
  });

  it("lets an end wait 2 ms for a start to ride with", async (t) => {
    const { queue, posted } = setUp();
    await started(queue, 1);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    queue.finish(terminalRecord(1), undefined);
    t.mock.timers.tick(1);
    assert.equal(posted.length, 1);
    t.mock.timers.tick(1);
    assert.deepEqual(batches(posted).at(-1), ["end 1"]);
  });

  it("sends a waiting end with the next start", async (t) => {
    const { queue, posted } = setUp();
    await started(queue, 1);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    queue.finish(terminalRecord(1), undefined);
    void queue.start(startedRecord(2), undefined);
    await turn();
    assert.deepEqual(batches(posted).at(-1), ["end 1", "start 2"]);
  });

  it("collects for 1 ms while starts come faster than 2,000 a second", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const { queue, posted } = setUp({ monotonicMs: () => 0 });
    for (let number = 1; number <= 100; number += 1) {
      void queue.start(startedRecord(number), undefined);
    }
    await turn();
    queue.handle({ kind: "applied" });
    void queue.start(startedRecord(101), undefined);
    await turn();
    assert.equal(batches(posted).length, 1);
    void queue.start(startedRecord(102), undefined);
    t.mock.timers.tick(1);
    assert.deepEqual(batches(posted).at(1), ["start 101", "start 102"]);
  });

  it("refuses starts while the queue is full, and accepts again when it has drained", async () => {
    const { queue } = setUp({ maxPending: 2 });
    void queue.start(startedRecord(1), undefined);
    void queue.start(startedRecord(2), undefined);
    assert.equal(queue.accepting, false);
    const refused = await queue.start(startedRecord(3), undefined);
    assert.equal(refused.ok ? "" : refused.error.code, "accounting_unavailable");
    await turn();
    queue.handle({ kind: "applied" });
    assert.equal(queue.accepting, true);
  });

  it("takes the end of a started exchange even when it is full", async () => {
    const { queue } = setUp({ maxPending: 1 });
    await started(queue, 1);
    void queue.start(startedRecord(2), undefined);
    queue.finish(terminalRecord(1), undefined);
    assert.equal(queue.pending, 2);
  });

  it("refuses the starts of a failed batch and keeps its ends, in order, for the next try", async (t) => {
    const { queue, posted, problems } = setUp();
    await started(queue, 1);
    await started(queue, 2);
    t.mock.timers.enable({ apis: ["setTimeout"] });
    queue.finish(terminalRecord(2), undefined);
    const refused = queue.start(startedRecord(3), [reservation(3)]);
    await turn();
    queue.finish(terminalRecord(1), undefined);
    queue.handle({ kind: "failed", message: "disk full" });
    const outcome = await refused;
    assert.equal(outcome.ok ? "" : outcome.error.code, "accounting_unavailable");
    assert.equal(queue.accepting, false);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["write_failed"],
    );

    t.mock.timers.tick(99);
    assert.equal(posted.length, 3);
    t.mock.timers.tick(1);
    assert.deepEqual(batches(posted).at(-1), ["end 2", "end 1"]);
    queue.handle({ kind: "applied" });
    assert.equal(queue.accepting, true);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["write_failed", "write_recovered"],
    );
  });

  it("tries again ever more rarely, and tells of the trouble once", (t) => {
    const { queue, posted, problems } = setUp(t);
    queue.saveQuota({ principal: "ann", account: "a", observedAt: 1, json: "{}" });
    t.mock.timers.tick(2);
    for (const waitMs of [100, 200, 400, 800, 1_600, 2_000, 2_000]) {
      const before = posted.length;
      queue.handle({ kind: "failed", message: "locked" });
      t.mock.timers.tick(waitMs - 1);
      assert.equal(posted.length, before, `after ${waitMs - 1} ms`);
      t.mock.timers.tick(1);
      assert.equal(posted.length, before + 1, `after ${waitMs} ms`);
    }
    assert.equal(problems.length, 1);
  });

  it("finds out by itself that the database takes rows again", async (t) => {
    const { queue, posted } = setUp(t);
    const refused = queue.start(startedRecord(1), undefined);
    await turn();
    queue.handle({ kind: "failed", message: "locked" });
    assert.equal((await refused).ok, false);
    t.mock.timers.tick(100);
    assert.deepEqual(batches(posted).at(-1), ["oldest open 2"]);
    queue.handle({ kind: "applied" });
    assert.equal(queue.accepting, true);
  });

  it("says at once that an exchange is open whose end the schema refused", async () => {
    const { queue, posted } = setUp();
    await started(queue, 1);
    await started(queue, 2);
    void queue.start(startedRecord(3), undefined);
    queue.finish(terminalRecord(2), undefined);
    void queue.flush();
    assert.equal(queue.isComplete, false);
    queue.handle({ kind: "applied_but", rejected: [{ index: 1, message: "unfit" }] });
    assert.deepEqual(batches(posted).at(-1), ["oldest open 1"]);
    queue.finish(terminalRecord(1), undefined);
    queue.finish(terminalRecord(3), undefined);
    queue.handle({ kind: "applied" });
    assert.equal(queue.isComplete, false);
  });

  it("flushes when everything queued is stored, then on the disk", async () => {
    const { queue, posted } = setUp();
    await started(queue, 1);
    queue.finish(terminalRecord(1), undefined);
    let isFlushed = false;
    const flushed = queue.flush().then(() => {
      isFlushed = true;
    });
    assert.deepEqual(batches(posted).at(-1), ["end 1"]);
    queue.handle({ kind: "applied" });
    assert.deepEqual(posted.at(-1), { kind: "sync" });
    await turn();
    assert.equal(isFlushed, false);
    queue.handle({ kind: "synced" });
    await flushed;
  });

  it("does not count a later row as flushed", async () => {
    const { queue, posted } = setUp();
    await started(queue, 1);
    const first = queue.flush();
    queue.finish(terminalRecord(1), undefined);
    let isFlushed = false;
    const second = queue.flush().then(() => {
      isFlushed = true;
    });
    queue.handle({ kind: "synced" });
    await first;
    assert.equal(isFlushed, false);
    queue.handle({ kind: "applied" });
    assert.deepEqual(posted.at(-1), { kind: "sync" });
    queue.handle({ kind: "synced" });
    await second;
  });

  it("puts a change on the disk without waiting until nothing else comes", async () => {
    const { queue, posted } = setUp();
    const changed = queue.change(OP.saveKey, ["key_1"]);
    await turn();
    void queue.start(startedRecord(1), undefined);
    queue.handle({ kind: "applied" });
    await turn();
    assert.equal(queue.pending, 1);
    assert.ok(posted.some(({ kind }) => kind === "sync"));
    queue.handle({ kind: "synced" });
    assert.equal((await changed).ok, true);
  });

  it("has a change flushed after it was stored, not by a flush that was under way before", async () => {
    const { queue, posted } = setUp();
    const flushed = queue.flush();
    const changed = queue.change(OP.saveKey, ["key_1"]);
    let isChanged = false;
    void changed.then(() => {
      isChanged = true;
    });
    await turn();
    queue.handle({ kind: "applied" });
    await turn();
    queue.handle({ kind: "synced" });
    await flushed;
    await turn();
    assert.equal(isChanged, false);
    assert.equal(posted.filter(({ kind }) => kind === "sync").length, 2);
    queue.handle({ kind: "synced" });
    assert.equal((await changed).ok, true);
  });

  it("refuses a change whose flush the disk refused", async () => {
    const { queue } = setUp();
    const changed = queue.change(OP.saveKey, ["key_1"]);
    await turn();
    queue.handle({ kind: "applied" });
    await turn();
    queue.handle({ kind: "problem", problem: { kind: "sync_failed", message: "EIO" } });
    assert.equal((await changed).ok, false);
  });

  it("R-02: accepts nothing more once the disk has refused a flush", async () => {
    const { queue, posted, problems } = setUp();
    const waiting = queue.start(startedRecord(1), undefined);
    const message = "EIO";
    queue.handle({ kind: "problem", problem: { kind: "sync_failed", message } });
    assert.equal((await waiting).ok, false);
    assert.equal(queue.accepting, false);
    await turn();
    assert.deepEqual(posted, []);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["sync_failed"],
    );
  });

  it("keeps a huge batch within bounds and the rest for the next", async () => {
    const { queue, posted } = setUp();
    for (let number = 0; number < 1_500; number += 1) {
      void queue.start(startedRecord(number), undefined);
    }
    await turn();
    queue.handle({ kind: "applied" });
    await turn();
    assert.deepEqual(
      batches(posted).map(({ length }) => length),
      [1_024, 476],
    );
  });

  it("tells now and then where the oldest open exchange is, never past an end that is not stored", async () => {
    let nowMs = 0;
    const { queue, posted } = setUp({ monotonicMs: () => (nowMs += 1) });
    await started(queue, 1);
    await started(queue, 2);
    nowMs = 5_000;
    for (let number = 10; number < 1_200; number += 1) {
      void queue.start(startedRecord(number), undefined);
    }
    queue.finish(terminalRecord(1), undefined);
    await turn();
    assert.equal(batches(posted).at(-1)?.at(-1), "start 1026");
    queue.handle({ kind: "applied" });
    await turn();
    assert.deepEqual(batches(posted).at(-1)?.slice(-2), ["end 1", "oldest open 2"]);
  });

  it("never parts a record from its money", async () => {
    const { queue, posted } = setUp();
    for (let number = 0; number < 1_000; number += 1) {
      void queue.start(startedRecord(number), [reservation(number), reservation(number)]);
    }
    await turn();
    queue.handle({ kind: "applied" });
    await turn();
    const [first, second] = batches(posted);
    assert.equal(first?.length, 1_026);
    assert.equal(first?.at(-1), "ledger 342");
    assert.equal(second?.at(0), "start 343");
  });
});

interface SetUp {
  readonly queue: WriterQueue;
  readonly posted: WriterRequest[];
  readonly problems: StoreProblem[];
}

/** Given a test, timers stand still until it moves them. */
function setUp(more: TestContext | Partial<WriterQueueOptions> = {}): SetUp {
  const posted: WriterRequest[] = [];
  const problems: StoreProblem[] = [];
  let nowMs = 0;
  if ("mock" in more) more.mock.timers.enable({ apis: ["setTimeout"] });
  const queue = new WriterQueue({
    boot: 1,
    nextNumber: 1,
    maxPending: 10_000,
    // A clock that moves: starts that come all at once would be collected for a moment.
    monotonicMs: () => (nowMs += 1),
    post: (request) => posted.push(request),
    onProblem: (problem) => problems.push(problem),
    ...("mock" in more ? {} : more),
  });
  return { queue, posted, problems };
}

async function started(queue: WriterQueue, number: number): Promise<void> {
  const outcome = queue.start(startedRecord(number), undefined);
  await turn();
  queue.handle({ kind: "applied" } satisfies WriterReply);
  assert.equal((await outcome).ok, true);
}

function reservation(number: number): LedgerTransaction {
  const lines = [
    { account: "budget:a", amountNano: -1n },
    { account: `held:${exchangeId(number)}`, amountNano: 1n },
  ];
  return { exchangeId: exchangeId(number), leg: "reserve", seq: 0, at: 0, book: "api", lines };
}

/** `start 1`: what a row is for and the exchange's number. */
function batches(posted: readonly WriterRequest[]): readonly (readonly string[])[] {
  const names = new Map<number, string>([
    [OP.start, "start"],
    [OP.end, "end"],
    [OP.ledger, "ledger"],
    [OP.oldestOpen, "oldest open"],
  ]);
  return posted.flatMap((request) =>
    request.kind === "apply"
      ? [request.ops.map((op, index) => `${names.get(op)} ${request.rows[index]?.[0]}`)]
      : [],
  );
}
