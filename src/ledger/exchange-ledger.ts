import type { Book } from "../store/record.ts";
import type { LedgerTransaction } from "../store/transaction.ts";
import { type Hold, type Rates, release, reserve, settle, topUp } from "./verbs.ts";

/** Whose money an exchange moves, and to whom. */
export interface ExchangeMoney {
  readonly exchangeId: string;
  readonly book: Book;
  /** The budgets above the exchange, or the one `spend:` account of somebody without a budget. */
  readonly payers: readonly string[];
  readonly provider: string;
  /** Which of the exchange's candidates this is for, from 0 on: each reserves, and is resolved, for itself. */
  readonly turn?: number;
}

/** More than an answer is topped up. */
const TOP_UPS_OF_A_TURN = 10_000;

/**
 * One exchange's money from its reservation to its end: remembers what is held, so that nothing stays held.
 *
 * It makes transactions; storing them, with the record they belong to, is the caller's. Resolved exactly once, by
 * `settle` or `release`.
 */
export class ExchangeLedger {
  readonly #money: ExchangeMoney;
  readonly #turn: number;
  #heldNano = 0n;
  #topUps = 0;
  #isReserved = false;
  #isResolved = false;

  constructor(money: ExchangeMoney) {
    if (money.payers.length === 0) throw new Error("an exchange without a payer");
    this.#money = money;
    this.#turn = money.turn ?? 0;
  }

  /** What each payer has on hold. */
  get heldNano(): bigint {
    return this.#heldNano;
  }

  reserve(at: number, amountNano: bigint): readonly LedgerTransaction[] {
    if (this.#isReserved) throw new Error(`reserved twice: ${this.#money.exchangeId}`);
    this.#isReserved = true;
    return this.#hold(amountNano, (more) => reserve(this.#occasion(at), more, this.#turn));
  }

  topUp(at: number, amountNano: bigint): readonly LedgerTransaction[] {
    const seq = this.#turn * TOP_UPS_OF_A_TURN + this.#topUps;
    this.#topUps += 1;
    return this.#hold(amountNano, (more) => topUp(this.#occasion(at), more, seq));
  }

  /**
   * The end of an exchange that reached its upstream. An unknown cost (undefined) is charged as held: of somebody
   * who reserved nothing it takes nothing, and the record alone says that the usage is unknown.
   */
  settle(at: number, costNano: bigint | undefined, rates: Rates): readonly LedgerTransaction[] {
    this.#resolve();
    const hold = this.#held(this.#heldNano);
    const bill = {
      hold,
      costNano: costNano ?? hold.amountNano,
      provider: this.#money.provider,
      rates,
    };
    return withLines(settle(this.#occasion(at), bill, this.#turn));
  }

  /** The end of an exchange for which nothing was billed. */
  release(at: number): readonly LedgerTransaction[] {
    this.#resolve();
    return withLines(release(this.#occasion(at), this.#held(this.#heldNano), this.#turn));
  }

  #hold(amountNano: bigint, make: (more: Hold) => LedgerTransaction): readonly LedgerTransaction[] {
    if (this.#isResolved) throw new Error(`held after its end: ${this.#money.exchangeId}`);
    if (amountNano < 0n) throw new Error(`a negative hold: ${this.#money.exchangeId}`);
    this.#heldNano += amountNano;
    return withLines(make(this.#held(amountNano)));
  }

  #held(amountNano: bigint): Hold {
    return { payers: this.#money.payers, amountNano };
  }

  #occasion(at: number) {
    return { exchangeId: this.#money.exchangeId, at, book: this.#money.book };
  }

  #resolve(): void {
    if (this.#isResolved) throw new Error(`resolved twice: ${this.#money.exchangeId}`);
    this.#isResolved = true;
  }
}

/** What moves nothing is not stored. */
function withLines(transaction: LedgerTransaction): readonly LedgerTransaction[] {
  return transaction.lines.length === 0 ? [] : [transaction];
}
