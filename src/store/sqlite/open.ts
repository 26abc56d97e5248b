import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Clock } from "../../base/clock.ts";
import type { GatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type {
  ExchangeReader,
  ExchangeStore,
  QuotaSnapshot,
  StoreOpenError,
  StoreProblem,
} from "../contract.ts";
import { prepareDataDirectory } from "../data-directory.ts";
import type { CredentialRecord, KeyRecord } from "../key-record.ts";
import type { StartedRecord, TerminalRecord } from "../record.ts";
import { readServerInfo, removeServerInfo, writeServerInfo } from "../server-info.ts";
import type { LedgerTransaction } from "../transaction.ts";
import { credentialRow, keyRow } from "./directory-rows.ts";
import { OP, type WriterOptions, type WriterReply, type WriterRequest } from "./protocol.ts";
import { ReaderThread } from "./reader-thread.ts";
import { workerUrl } from "./worker-url.ts";
import { WriterQueue } from "./writer-queue.ts";

/** Beyond this many rows that are not stored, new exchanges are refused. */
const MAX_PENDING = 10_000;

/** How long closing waits for records that cannot be written. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface SqliteStoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Names this run of the program; never the same twice. */
  readonly bootId: string;
  readonly onProblem: (problem: StoreProblem) => void;
  readonly maxPending?: number | undefined;
}

/** Opens the data directory for this process alone: one server writes to it, until it closes or dies. */
export async function openSqliteStore(
  options: SqliteStoreOptions,
): Promise<Result<ExchangeStore, StoreOpenError>> {
  const { dataDir, bootId, clock, onProblem } = options;
  const prepared = await prepareDataDirectory(dataDir, onProblem);
  if (!prepared.ok) return prepared;
  const nowMs = clock.now();
  const workerData: WriterOptions = { dataDir, bootId, nowMs };
  const worker = new Worker(workerUrl("writer"), {
    name: "store-writer",
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
  });
  const first = await firstReply(worker);
  if (first.kind !== "ready") {
    await worker.terminate();
    return fail(await explain(first, dataDir));
  }
  const queue = new WriterQueue({
    boot: first.boot,
    nextNumber: first.nextNumber,
    maxPending: options.maxPending ?? MAX_PENDING,
    monotonicMs: () => clock.monotonicMs(),
    post: (request) => worker.postMessage(request),
    onProblem,
  });
  await writeServerInfo(dataDir, { pid: process.pid, bootId, startedAt: nowMs });
  return ok(new SqliteStore(worker, queue, options, first.recovered));
}

type FirstReply = WriterReply | { readonly kind: "crashed"; readonly error: unknown };

async function firstReply(worker: Worker): Promise<FirstReply> {
  try {
    const [reply]: WriterReply[] = await once(worker, "message");
    return reply ?? { kind: "crashed", error: undefined };
  } catch (error) {
    return { kind: "crashed", error };
  }
}

async function explain(reply: FirstReply, dataDir: string): Promise<StoreOpenError> {
  if (reply.kind !== "refused") {
    const cause = reply.kind === "crashed" ? String(reply.error) : reply.kind;
    return { kind: "unusable", message: `The store of ${dataDir} did not start: ${cause}` };
  }
  if (reply.error.kind !== "already_running") return reply.error;
  const info = await readServerInfo(dataDir);
  const who = info === undefined ? "" : ` (process ${info.pid}${info.url ? `, ${info.url}` : ""})`;
  return {
    kind: "already_running",
    message:
      `Another Spillway${who} already uses the data directory ${dataDir}. ` +
      "Stop it first, or start this one with another SPILLWAY_DATA_DIR.",
  };
}

class SqliteStore implements ExchangeStore {
  readonly reader: ExchangeReader;
  readonly recovered: number;
  readonly #worker: Worker;
  readonly #queue: WriterQueue;
  readonly #options: SqliteStoreOptions;
  #isClosing = false;

  constructor(worker: Worker, queue: WriterQueue, options: SqliteStoreOptions, recovered: number) {
    this.#worker = worker;
    this.#queue = queue;
    this.#options = options;
    this.recovered = recovered;
    this.reader = new ReaderThread(options.dataDir);
    worker.on("message", (reply: WriterReply) => queue.handle(reply));
    worker.on("error", (error) => this.#workerGone(String(error)));
    worker.on("exit", (code) => this.#workerGone(`its thread ended with code ${code}`));
  }

  get accepting(): boolean {
    return !this.#isClosing && this.#queue.accepting;
  }

  start(
    record: StartedRecord,
    transactions?: readonly LedgerTransaction[],
  ): Promise<Result<void, GatewayError>> {
    return this.#queue.start(record, transactions);
  }

  finish(record: TerminalRecord, transactions?: readonly LedgerTransaction[]): void {
    this.#queue.finish(record, transactions);
  }

  record(transactions: readonly LedgerTransaction[]): void {
    this.#queue.record(transactions);
  }

  async hold(
    exchangeId: string,
    transactions: readonly LedgerTransaction[],
  ): Promise<Result<void, GatewayError>> {
    const holds = transactions.map((transaction) => this.#queue.hold(exchangeId, transaction));
    return (await Promise.all(holds)).find(({ ok: isHeld }) => !isHeld) ?? ok(undefined);
  }

  saveKey(record: KeyRecord): Promise<Result<void, GatewayError>> {
    return this.#queue.change(OP.saveKey, keyRow(record));
  }

  saveCredential(record: CredentialRecord): Promise<Result<void, GatewayError>> {
    return this.#queue.change(OP.saveCredential, credentialRow(record));
  }

  removeCredential(organisation: string, provider: string): Promise<Result<void, GatewayError>> {
    return this.#queue.change(OP.removeCredential, [organisation, provider]);
  }

  saveQuota(snapshot: QuotaSnapshot): void {
    this.#queue.saveQuota(snapshot);
  }

  async flush(): Promise<void> {
    await this.#queue.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    const { dataDir, bootId, clock, onProblem } = this.#options;
    await this.reader[Symbol.asyncDispose]();
    const isFlushed = await settlesWithin(this.#queue.flush(), CLOSE_TIMEOUT_MS);
    if (!isFlushed) {
      onProblem({
        kind: "lost_records",
        message: `${this.#queue.pending} rows could not be stored before the end; their exchanges stay open until the next start.`,
      });
    }
    const isClean = isFlushed && this.#queue.isComplete;
    const close: WriterRequest = { kind: "close", endedAt: isClean ? clock.now() : null };
    const exited = once(this.#worker, "exit");
    this.#worker.postMessage(close);
    if (!(await settlesWithin(exited, CLOSE_TIMEOUT_MS))) await this.#worker.terminate();
    await removeServerInfo(dataDir, bootId);
  }

  #workerGone(cause: string): void {
    if (this.#isClosing) return;
    this.#queue.stop(cause);
    this.#options.onProblem({
      kind: "stopped",
      message: `The store stopped: ${cause}. Restart the program.`,
    });
  }
}

/** False when the time is over, or the promise says so. */
async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeout.resolve(false), timeoutMs);
  try {
    return await Promise.race([promise.then((value) => value !== false), timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
