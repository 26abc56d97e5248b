import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import type { QuotaSnapshot, StoreProblem } from "../contract.ts";
import type { StartedRecord, TerminalRecord } from "../record.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { OP, type RejectedRow, type WriterReply, type WriterRequest } from "./protocol.ts";
import { type Cell, endRow, startRow } from "./rows.ts";
import { batchEnd, type Entry, ledgerEntry, type Outcome } from "./writer-entry.ts";

/** Ends wait this long for a start to ride with. */
const COLLECT_MS = 2;
/** More than 2,000 starts a second: a batch for each turn of the event loop would cost more than what is in it. */
const FAST_START_GAP_MS = 0.5;
const FAST_START_WAIT_MS = 1;
const LONGEST_GAP_MS = 10;
const GAP_WEIGHT = 0.05;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 2_000;
/** How often the database learns below which number nothing is open, so that recovery stays short. */
const OLDEST_OPEN_MS = 5_000;

const STORED: Outcome = ok(undefined);

export interface WriterQueueOptions {
  readonly boot: number;
  readonly nextNumber: number;
  readonly maxPending: number;
  readonly monotonicMs: () => number;
  readonly post: (request: WriterRequest) => void;
  readonly onProblem: (problem: StoreProblem) => void;
}

/**
 * The main thread's end of the writer: collects what one turn of the event loop brings, has at most one batch under
 * way, and keeps every row until the worker has said that it is stored. Owned by the store that opened it.
 */
export class WriterQueue {
  readonly #options: WriterQueueOptions;
  /** The number of each exchange that has not ended, oldest first. */
  readonly #open = new Map<string, number>();
  #nextNumber: number;
  #queue: Entry[] = [];
  #underWay: Entry[] = [];
  #isScheduled = false;
  #collectTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #retryMs = FIRST_RETRY_MS;
  #isFailing = false;
  /** Set once and for good: the worker is gone, or the disk lied. */
  #stopped: string | undefined;
  #oldestOpenAt: number;
  /** Wait until nothing is queued, then for the disk. */
  #flushers: (() => void)[] = [];
  #syncing: (() => void)[] = [];
  #waitingStarts = 0;
  #startedAtMs = 0;
  #startGapMs = LONGEST_GAP_MS;

  constructor(options: WriterQueueOptions) {
    this.#options = options;
    this.#nextNumber = options.nextNumber;
    this.#oldestOpenAt = options.monotonicMs();
  }

  get accepting(): boolean {
    return (
      !this.#isFailing && this.#stopped === undefined && this.pending < this.#options.maxPending
    );
  }

  /** Rows that are not stored yet. */
  get pending(): number {
    return this.#queue.length + this.#underWay.length;
  }

  get openExchanges(): number {
    return this.#open.size;
  }

  start(
    record: StartedRecord,
    transactions: readonly LedgerTransaction[] | undefined,
  ): Promise<Outcome> {
    if (!this.accepting) return Promise.resolve(fail(this.#unavailable()));
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#open.set(record.id, number);
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#queue.push({ op: OP.start, row: startRow(number, this.#options.boot, record), resolve });
    this.#waitingStarts += 1;
    this.#noteStart();
    this.#queueTransactions(number, transactions);
    this.#schedule();
    return promise;
  }

  finish(record: TerminalRecord, transactions: readonly LedgerTransaction[] | undefined): void {
    const number = this.#open.get(record.id);
    if (number === undefined) return this.#reportUnknown(record.id);
    this.#open.delete(record.id);
    this.#queue.push({ op: OP.end, row: endRow(number, record) });
    this.#queueTransactions(number, transactions);
    this.#collect();
  }

  record(transactions: readonly LedgerTransaction[]): void {
    for (const transaction of transactions) {
      const number = this.#open.get(transaction.exchangeId);
      if (number === undefined) this.#reportUnknown(transaction.exchangeId);
      else this.#queue.push(ledgerEntry(number, transaction));
    }
    this.#collect();
  }

  saveQuota(snapshot: QuotaSnapshot): void {
    const row = [snapshot.account, snapshot.observedAt, snapshot.json];
    this.#queue.push({ op: OP.quota, row });
    this.#collect();
  }

  /** Resolves when everything queued so far is on the disk. */
  flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushers.push(resolve);
    this.#sendNow();
    return promise;
  }

  handle(reply: WriterReply): void {
    switch (reply.kind) {
      case "applied":
        return this.#applied([]);
      case "applied_but":
        return this.#applied(reply.rejected);
      case "failed":
        return this.#failed(reply.message);
      case "synced":
        return this.#synced();
      case "problem":
        if (reply.problem.kind === "sync_failed") this.stop(reply.problem.message);
        return this.#options.onProblem(reply.problem);
      case "ready":
      case "refused":
      case "closed":
        return;
    }
  }

  /** Nothing is written any more; whoever waits for a start is told. */
  stop(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    clearTimeout(this.#collectTimer);
    clearTimeout(this.#retryTimer);
    this.#refuseStarts(this.#underWay.concat(this.#queue));
  }

  #queueTransactions(number: number, transactions: readonly LedgerTransaction[] | undefined): void {
    if (transactions === undefined) return;
    for (const transaction of transactions) {
      this.#queue.push(ledgerEntry(number, transaction));
    }
  }

  /** A start goes with all that this turn of the event loop still brings; while they come fast, with all of a moment. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const send = (): void => {
      this.#isScheduled = false;
      this.#sendNow();
    };
    if (this.#startGapMs < FAST_START_GAP_MS) setTimeout(send, FAST_START_WAIT_MS);
    else setImmediate(send);
  }

  /** The mean time between starts, the last twenty or so counting most. */
  #noteStart(): void {
    const nowMs = this.#options.monotonicMs();
    const gapMs = Math.min(nowMs - this.#startedAtMs, LONGEST_GAP_MS);
    this.#startedAtMs = nowMs;
    this.#startGapMs += (gapMs - this.#startGapMs) * GAP_WEIGHT;
  }

  /** An end goes with the next start, or alone after a moment. */
  #collect(): void {
    if (this.#isScheduled || this.#collectTimer !== undefined) return;
    this.#collectTimer = setTimeout(() => {
      this.#collectTimer = undefined;
      this.#sendNow();
    }, COLLECT_MS);
  }

  #sendNow(): void {
    if (this.#underWay.length > 0 || this.#retryTimer !== undefined) return;
    if (this.#stopped !== undefined) return;
    if (this.#queue.length === 0) return this.#syncForFlushers();
    clearTimeout(this.#collectTimer);
    this.#collectTimer = undefined;
    this.#underWay = this.#queue;
    this.#queue = this.#underWay.splice(batchEnd(this.#underWay));
    this.#noteOldestOpen();
    this.#options.post({
      kind: "apply",
      ops: this.#underWay.map((entry) => entry.op),
      rows: this.#underWay.map((entry) => entry.row),
    });
  }

  #noteOldestOpen(): void {
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#oldestOpenAt < OLDEST_OPEN_MS) return;
    // An end that waits in the queue has left the map, but its exchange is open until it is stored.
    if (this.#queue.length > 0) return;
    this.#oldestOpenAt = nowMs;
    this.#underWay.push(this.#oldestOpenEntry());
  }

  #oldestOpenEntry(): Entry {
    const [oldest = this.#nextNumber] = this.#open.values();
    return { op: OP.oldestOpen, row: [oldest, this.#options.boot] };
  }

  #applied(rejected: readonly RejectedRow[]): void {
    const stored = this.#underWay;
    this.#underWay = [];
    this.#retryMs = FIRST_RETRY_MS;
    if (this.#isFailing) {
      this.#isFailing = false;
      this.#options.onProblem({
        kind: "write_recovered",
        message: "Records can be stored again; new requests are accepted.",
      });
    }
    for (const { index, message } of rejected) this.#rejected(stored[index], message);
    for (const entry of stored) {
      if (entry.resolve !== undefined) this.#answer(entry, STORED);
    }
    this.#sendRest();
  }

  #sendRest(): void {
    if (this.#queue.length === 0) return this.#syncForFlushers();
    if (this.#flushers.length > 0) return this.#sendNow();
    if (this.#waitingStarts > 0) this.#schedule();
    else this.#collect();
  }

  /** The schema refuses a row: a bug. The exchange keeps its start and is closed at the next start of the program. */
  #rejected(entry: Entry | undefined, message: string): void {
    this.#options.onProblem({
      kind: "record_rejected",
      message: `A record does not fit the schema: ${message}`,
    });
    if (entry?.resolve !== undefined) this.#answer(entry, fail(this.#unavailable()));
  }

  /** Starts are refused, their callers wait; everything else waits for the next try, in its order. */
  #failed(message: string): void {
    const kept = this.#refuseStarts(this.#underWay.concat(this.#queue));
    this.#underWay = [];
    this.#queue = kept;
    if (!this.#isFailing) {
      this.#isFailing = true;
      this.#options.onProblem({
        kind: "write_failed",
        message: `Records cannot be stored (${message}); new requests are refused until they can.`,
      });
    }
    this.#retryTimer = setTimeout(() => this.#retry(), this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  #retry(): void {
    this.#retryTimer = undefined;
    // Without a record that waits, this row finds out whether the database takes one again.
    if (this.#queue.length === 0) this.#queue.push(this.#oldestOpenEntry());
    this.#sendNow();
  }

  /** What is left without the starts and what belongs to them. */
  #refuseStarts(entries: readonly Entry[]): Entry[] {
    const refused = new Set<Cell | undefined>();
    for (const entry of entries) {
      if (entry.resolve === undefined) continue;
      refused.add(entry.row[0]);
      this.#answer(entry, fail(this.#unavailable()));
    }
    return entries.filter((entry) => entry.op === OP.quota || !refused.has(entry.row[0]));
  }

  /** Tells the caller of a start; a refused one is not an open exchange. An answered entry has no second answer. */
  #answer(entry: Entry, outcome: Outcome): void {
    if (entry.isAnswered === true) return;
    entry.isAnswered = true;
    this.#waitingStarts -= 1;
    const [, , id] = entry.row;
    if (!outcome.ok && typeof id === "string") this.#open.delete(id);
    entry.resolve?.(outcome);
  }

  #syncForFlushers(): void {
    if (this.#flushers.length === 0 || this.#syncing.length > 0) return;
    this.#syncing = this.#flushers;
    this.#flushers = [];
    this.#options.post({ kind: "sync" });
  }

  #synced(): void {
    const flushed = this.#syncing;
    this.#syncing = [];
    for (const resolve of flushed) resolve();
    if (this.#flushers.length > 0) this.#sendNow();
  }

  #reportUnknown(id: string): void {
    this.#options.onProblem({
      kind: "unknown_exchange",
      message: `Nothing is stored for ${id}: it was not started, or has ended already.`,
    });
  }

  #unavailable(): GatewayError {
    return gatewayError(
      "accounting_unavailable",
      "The record of this request could not be stored, so it was not sent. Try again shortly.",
      { retryAfterMs: 1_000, cause: this.#stopped },
    );
  }
}
