import { gatewayError } from "../../../src/base/errors.ts";
import { fail, ok } from "../../../src/base/result.ts";
import type { ExchangeStore } from "../../../src/store/contract.ts";
import type { StartedRecord, TerminalRecord } from "../../../src/store/record.ts";
import type { LedgerTransaction } from "../../../src/store/transaction.ts";
import type { Draws } from "./random.ts";

/** Writes are committed together, this often. */
const COMMIT_MS = 5;
const FULL = gatewayError("accounting_unavailable", "The disk is full");

/** A store in memory that takes its time, commits in groups as the real one does, and fails now and then. */
export class SimulatedBooks {
  readonly started = new Map<string, StartedRecord>();
  readonly finished = new Map<string, TerminalRecord[]>();
  readonly balances = new Map<string, bigint>();
  readonly problems: string[] = [];
  readonly #applied = new Set<string>();
  readonly #draws: Draws;
  #commit: Promise<void> | undefined;

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  readonly store: ExchangeStore = {
    accepting: true,
    recovered: 0,
    start: async (record, transactions = []) => {
      await this.#committed();
      if (this.#draws.chance(0.01)) return fail(FULL);
      if (this.started.has(record.id)) this.problems.push(`${record.id} started twice`);
      this.started.set(record.id, record);
      this.#apply(transactions);
      return ok(undefined);
    },
    hold: async (_, transactions) => {
      await this.#committed();
      if (this.#draws.chance(0.02)) return fail(FULL);
      this.#apply(transactions);
      return ok(undefined);
    },
    finish: (record, transactions = []) => {
      this.finished.set(record.id, [...(this.finished.get(record.id) ?? []), record]);
      if (!this.started.has(record.id))
        this.problems.push(`${record.id} finished before it started`);
      this.#apply(transactions);
    },
    record: (transactions) => this.#apply(transactions),
    flush: async () => {},
    saveQuota: () => {},
    saveKey: async () => ok(undefined),
    saveCredential: async () => ok(undefined),
    removeCredential: async () => ok(undefined),
    get reader(): never {
      throw new Error("nothing is read back");
    },
    [Symbol.asyncDispose]: async () => {},
  };

  async #committed(): Promise<void> {
    this.#commit ??= new Promise((resolve) => {
      setTimeout(() => {
        this.#commit = undefined;
        resolve();
      }, COMMIT_MS);
    });
    await this.#commit;
  }

  #apply(transactions: readonly LedgerTransaction[]): void {
    for (const { exchangeId, leg, seq, lines } of transactions) {
      const name = `${exchangeId} ${leg === "release" ? "settle" : leg} ${seq}`;
      if (this.#applied.has(name)) this.problems.push(`${name} was stored twice`);
      this.#applied.add(name);
      const sum = lines.reduce((total, { amountNano }) => total + amountNano, 0n);
      if (sum !== 0n) this.problems.push(`${name} does not sum to zero, but to ${sum}`);
      for (const { account, amountNano } of lines) {
        this.balances.set(account, (this.balances.get(account) ?? 0n) + amountNano);
      }
    }
  }
}
