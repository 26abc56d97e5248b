import type { Book } from "../store/record.ts";
import type { LedgerLeg, LedgerLine, LedgerTransaction } from "../store/transaction.ts";
import { heldAccount, MIRROR_ACCOUNT, providerAccount } from "./accounts.ts";

/** Which exchange moves money, when, and in which books. */
export interface Occasion {
  readonly exchangeId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly book: Book;
}

/** What a line needs so that its bill can be computed again. */
export interface Rates {
  readonly priceVersion?: string | undefined;
  /** Display currency. */
  readonly currency: string;
  /** Units of the currency per USD, as decimal text. */
  readonly rate: string;
}

/** A hold at every payer: each has this amount less until the exchange is settled or released. */
export interface Hold {
  /** Accounts, see `accounts.ts`; the same from the reservation to its end. */
  readonly payers: readonly string[];
  readonly amountNano: bigint;
}

/** Puts money aside before the upstream call. */
export function reserve(occasion: Occasion, hold: Hold, seq = 0): LedgerTransaction {
  return transaction(occasion, "reserve", seq, holdLines(occasion, hold));
}

/** Puts more aside while the answer streams. `seq` counts from 0; a repeated one is stored once. */
export function topUp(occasion: Occasion, more: Hold, seq: number): LedgerTransaction {
  return transaction(occasion, "top_up", seq, holdLines(occasion, more));
}

/** Pays the provider the true cost and gives what was held beyond it back; takes what was held too little. */
export function settle(
  occasion: Occasion,
  bill: {
    /** With amount 0 for an exchange that reserved nothing. */
    readonly hold: Hold;
    readonly costNano: bigint;
    readonly provider: string;
    readonly rates: Rates;
  },
  seq = 0,
): LedgerTransaction {
  const { hold, costNano } = bill;
  const lines = [
    ...hold.payers.map((account) => ({ account, amountNano: hold.amountNano - costNano })),
    heldLine(occasion, hold, -1n),
    { account: providerAccount(bill.provider), amountNano: costNano },
    { account: MIRROR_ACCOUNT, amountNano: costNano * BigInt(hold.payers.length - 1) },
  ];
  return { ...transaction(occasion, "settle", seq, lines), ...bill.rates };
}

/** Gives the whole hold back: nothing was billed upstream. */
export function release(occasion: Occasion, hold: Hold, seq = 0): LedgerTransaction {
  const lines = hold.payers.map((account) => ({ account, amountNano: hold.amountNano }));
  return transaction(occasion, "release", seq, [...lines, heldLine(occasion, hold, -1n)]);
}

function holdLines(occasion: Occasion, hold: Hold): readonly LedgerLine[] {
  const lines = hold.payers.map((account) => ({ account, amountNano: -hold.amountNano }));
  return [...lines, heldLine(occasion, hold, 1n)];
}

function heldLine(occasion: Occasion, hold: Hold, sign: bigint): LedgerLine {
  const amountNano = sign * hold.amountNano * BigInt(hold.payers.length);
  return { account: heldAccount(occasion.exchangeId), amountNano };
}

function transaction(
  { exchangeId, at, book }: Occasion,
  leg: LedgerLeg,
  seq: number,
  lines: readonly LedgerLine[],
): LedgerTransaction {
  const moved = lines.filter((line) => line.amountNano !== 0n);
  return { exchangeId, leg, seq, at, book, lines: moved };
}
