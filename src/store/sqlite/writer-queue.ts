import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok } from "../../base/result.ts";
import type { QuotaSnapshot, StoreProblem } from "../contract.ts";
import type { StartedRecord, TerminalRecord } from "../record.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { DiskWaiters } from "./disk-waiters.ts";
import { OP, type RejectedRow, type WriterReply, type WriterRequest } from "./protocol.ts";
import { type Cell, endRow, startRow } from "./rows.ts";
import { StartPace } from "./start-pace.ts";
import { batchEnd, type Entry, ledgerEntry, type Outcome } from "./writer-entry.ts";

/** Ends wait this long for a start to ride with. */
const COLLECT_MS = 2;
const FAST_START_WAIT_MS = 1;
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
  /** Wait until nothing is queued, then for the disk; told whether it has come to that. */
  #flushers: ((isStored: boolean) => void)[] = [];
  readonly #disk: DiskWaiters;
  /** The first exchange whose end the schema refused: it stays open, for the next process to close. */
  #firstUnfit: number | undefined;
  /** Entries that somebody waits for. */
  #awaited = 0;
  readonly #pace = new StartPace();

  constructor(options: WriterQueueOptions) {
    this.#options = options;
    this.#nextNumber = options.nextNumber;
    this.#oldestOpenAt = options.monotonicMs();
    this.#disk = new DiskWaiters(() => options.post({ kind: "sync" }));
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

  /** Whether every exchange that was started has its end, stored or queued. */
  get isComplete(): boolean {
    return this.#open.size === 0 && this.#firstUnfit === undefined;
  }

  start(
    record: StartedRecord,
    transactions: readonly LedgerTransaction[] | undefined,
  ): Promise<Outcome> {
    if (!this.accepting) return Promise.resolve(fail(this.#unavailable()));
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    this.#open.set(record.id, number);
    this.#pace.note(this.#options.monotonicMs());
    const stored = this.#await({ op: OP.start, row: startRow(number, this.#options.boot, record) });
    this.#queueTransactions(number, transactions);
    this.#schedule();
    return stored;
  }

  /** Further lines of a running exchange that have to be stored before it goes on. */
  hold(exchangeId: string, transaction: LedgerTransaction): Promise<Outcome> {
    const number = this.#open.get(exchangeId);
    if (number === undefined || !this.accepting) return Promise.resolve(fail(this.#unavailable()));
    if (transaction.lines.length === 0) return Promise.resolve(STORED);
    const stored = this.#await(ledgerEntry(number, transaction));
    this.#schedule();
    return stored;
  }

  /** A row that belongs to no exchange, and is on the disk once this resolves with ok. */
  async change(op: number, row: Cell[]): Promise<Outcome> {
    if (!this.accepting) return fail(this.#unavailable());
    const stored = this.#await({ op, row });
    this.#schedule();
    const outcome = await stored;
    if (!outcome.ok) return outcome;
    // Not `flush`: under load the queue may never be empty, and a revoked key would go on.
    return (await this.#onDisk()) ? outcome : fail(this.#unavailable());
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
      else this.#queueTransactions(number, [transaction]);
    }
    this.#collect();
  }

  saveQuota(snapshot: QuotaSnapshot): void {
    const { principal, account, observedAt, json } = snapshot;
    const row = [principal, account, observedAt, json];
    this.#queue.push({ op: OP.quota, row });
    this.#collect();
  }

  /** Resolves true when everything queued so far is on the disk, false when it never will be. */
  flush(): Promise<boolean> {
    if (this.#stopped !== undefined) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
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
        return this.#disk.synced();
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
    this.#refuseAwaited(this.#underWay.concat(this.#queue));
    for (const tell of this.#flushers) tell(false);
    this.#flushers = [];
    this.#disk.stop();
  }

  /** Resolves true when everything applied so far is on the disk, false when it never will be. */
  #onDisk(): Promise<boolean> {
    if (this.#stopped !== undefined) return Promise.resolve(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#disk.add([resolve]);
    return promise;
  }

  #await(entry: Entry): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#queue.push({ ...entry, resolve });
    this.#awaited += 1;
    return promise;
  }

  #queueTransactions(number: number, transactions: readonly LedgerTransaction[] | undefined): void {
    if (transactions === undefined) return;
    for (const transaction of transactions) {
      // What moves nothing has no line to store.
      if (transaction.lines.length > 0) this.#queue.push(ledgerEntry(number, transaction));
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
    if (this.#pace.isFast) setTimeout(send, FAST_START_WAIT_MS);
    else setImmediate(send);
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
    const first = Math.min(oldest, this.#firstUnfit ?? oldest);
    return { op: OP.oldestOpen, row: [first, this.#options.boot] };
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
    if (this.#awaited > 0) this.#schedule();
    else this.#collect();
  }

  /** The schema refuses a row: a bug. The exchange keeps its start and is closed at the next start of the program. */
  #rejected(entry: Entry | undefined, message: string): void {
    this.#options.onProblem({
      kind: "record_rejected",
      message: `A record does not fit the schema: ${message}`,
    });
    if (entry?.resolve !== undefined) this.#answer(entry, fail(this.#unavailable()));
    const number = entry?.op === OP.end ? entry.row[0] : undefined;
    if (typeof number !== "number") return;
    this.#firstUnfit = Math.min(number, this.#firstUnfit ?? number);
    // The same batch may have said that nothing up to here is open.
    this.#queue.push(this.#oldestOpenEntry());
  }

  /** Starts are refused, their callers wait; everything else waits for the next try, in its order. */
  #failed(message: string): void {
    const kept = this.#refuseAwaited(this.#underWay.concat(this.#queue));
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

  /** What is left without the entries that somebody waits for, and what belongs to refused starts. */
  #refuseAwaited(entries: readonly Entry[]): Entry[] {
    const refused = new Set<Cell | undefined>();
    for (const entry of entries) {
      if (entry.resolve === undefined) continue;
      if (entry.op === OP.start) refused.add(entry.row[0]);
      this.#answer(entry, fail(this.#unavailable()));
    }
    return entries.filter((entry) => entry.resolve === undefined && !refused.has(entry.row[0]));
  }

  /** Tells whoever waits; a refused start is not an open exchange. An answered entry has no second answer. */
  #answer(entry: Entry, outcome: Outcome): void {
    if (entry.isAnswered === true) return;
    entry.isAnswered = true;
    this.#awaited -= 1;
    const id = entry.op === OP.start ? entry.row[2] : undefined;
    if (!outcome.ok && typeof id === "string") this.#open.delete(id);
    entry.resolve?.(outcome);
  }

  #syncForFlushers(): void {
    const flushers = this.#flushers;
    this.#flushers = [];
    this.#disk.add(flushers);
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
