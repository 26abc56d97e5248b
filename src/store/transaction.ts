import type { Book } from "./record.ts";

/** What a transaction does to an exchange's money; the ledger's final verbs. */
export type LedgerLeg = "reserve" | "top_up" | "settle" | "release";

/** One account's part in a transaction. */
export interface LedgerLine {
  /** `budget:<scope>`, `spend:<principal>`, `held:<exchange id>`, `provider:<name>` or `mirror`. */
  readonly account: string;
  readonly amountNano: bigint;
}

/**
 * A movement of money whose lines sum to zero; made by `ledger`, stored once and never changed.
 *
 * The key is (exchangeId, leg, seq): storing it a second time does nothing. The money of each of an exchange's candidates is
 * resolved once, so of the `settle` and `release` transactions of one `seq` only the first is stored.
 */
export interface LedgerTransaction {
  readonly exchangeId: string;
  readonly leg: LedgerLeg;
  /** Counts the candidates that an exchange reserved for, from 0, and their top-ups. */
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly book: Book;
  readonly lines: readonly LedgerLine[];
  readonly priceVersion?: string | undefined;
  /** Display currency and its units per USD, so that the bill can be recomputed. */
  readonly currency?: string | undefined;
  readonly rate?: string | undefined;
}
