import { Worker } from "node:worker_threads";
import type {
  Activity,
  ActivityQuery,
  EventsPage,
  EventsQuery,
  ExchangeDetail,
  ExchangeReader,
  LedgerAudit,
  QuotaSnapshot,
  TimeSpan,
  UsageQuery,
  UsageRow,
} from "../contract.ts";
import { databasePath } from "../data-directory.ts";
import type { CredentialRecord, KeyRecord } from "../key-record.ts";
import type { NumberedAnswer, ReadAnswer, ReadAnswers, ReadRequest } from "./read-request.ts";
import { workerUrl } from "./worker-url.ts";

/** A thread costs some 15 MB; a dashboard that is open asks more often than this. */
const IDLE_MS = 30_000;

interface Waiting {
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Reports without blocking the event loop: a thread that starts with the first question and ends when none come. */
export class ReaderThread implements ExchangeReader {
  readonly #path: string;
  readonly #idleMs: number;
  #worker: Worker | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #lastNumber = 0;
  #isClosed = false;
  readonly #waiting = new Map<number, Waiting>();

  constructor(dataDir: string, idleMs: number = IDLE_MS) {
    this.#path = databasePath(dataDir);
    this.#idleMs = idleMs;
  }

  /** Whether the thread is there; for tests and metrics. */
  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  events(query: EventsQuery): Promise<EventsPage> {
    return this.#ask({ kind: "events", query });
  }

  exchange(id: string): Promise<ExchangeDetail | undefined> {
    return this.#ask({ kind: "exchange", id });
  }

  usage(query: UsageQuery): Promise<readonly UsageRow[]> {
    return this.#ask({ kind: "usage", query });
  }

  activity(query: ActivityQuery): Promise<Activity> {
    return this.#ask({ kind: "activity", query });
  }

  quota(): Promise<readonly QuotaSnapshot[]> {
    return this.#ask({ kind: "quota" });
  }

  keys(): Promise<readonly KeyRecord[]> {
    return this.#ask({ kind: "keys" });
  }

  credentials(): Promise<readonly CredentialRecord[]> {
    return this.#ask({ kind: "credentials" });
  }

  budgetBalances(sinceMs: number): Promise<ReadonlyMap<string, bigint>> {
    return this.#ask({ kind: "budgetBalances", sinceMs });
  }

  billedRequests(span: TimeSpan): Promise<ReadonlyMap<string, number>> {
    return this.#ask({ kind: "billedRequests", span });
  }

  auditLedger(): Promise<LedgerAudit> {
    return this.#ask({ kind: "auditLedger" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#end("the store is closed");
  }

  async #ask<Kind extends ReadRequest["kind"]>(
    request: Extract<ReadRequest, { readonly kind: Kind }>,
  ): Promise<ReadAnswers[Kind]> {
    if (this.#isClosed) throw new Error("the store is closed");
    clearTimeout(this.#idleTimer);
    const { promise, resolve, reject } = Promise.withResolvers<ReadAnswer>();
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    this.#waiting.set(number, { resolve, reject });
    this.#worker ??= this.#begin();
    this.#worker.postMessage({ number, request });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the thread answers a number with what its request asks for: `answer` in read-request.ts
    return (await promise) as ReadAnswers[Kind];
  }

  #begin(): Worker {
    const worker = new Worker(workerUrl("reader"), {
      name: "store-reader",
      workerData: this.#path,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 },
    });
    worker.on("message", (message: NumberedAnswer) => this.#answered(message));
    worker.on("error", (error) => {
      if (this.#worker === worker) void this.#end(String(error));
    });
    worker.unref();
    return worker;
  }

  #answered(message: NumberedAnswer): void {
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if ("failure" in message) waiting?.reject(new Error(message.failure));
    else waiting?.resolve(message.answer);
    if (this.#waiting.size > 0) return;
    this.#idleTimer = setTimeout(() => void this.#end("idle"), this.#idleMs);
    this.#idleTimer.unref();
  }

  async #end(reason: string): Promise<void> {
    clearTimeout(this.#idleTimer);
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
    await worker?.terminate();
  }
}
