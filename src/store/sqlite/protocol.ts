import type { StoreOpenError, StoreProblem } from "../contract.ts";
import type { Cell } from "./rows.ts";

/** What a row of a batch is for. */
export const OP = {
  start: 0,
  end: 1,
  /** A settlement of an exchange that reserved nothing: the usual case, written in bulk. */
  plainSettlement: 2,
  ledger: 3,
  quota: 4,
  oldestOpen: 5,
  saveKey: 6,
  saveCredential: 7,
  removeCredential: 8,
} as const;

export interface WriterOptions {
  readonly dataDir: string;
  readonly bootId: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

export type WriterRequest =
  /** One transaction; answered by an `applied` or `failed`. */
  | { readonly kind: "apply"; readonly ops: readonly number[]; readonly rows: readonly Cell[][] }
  /** Put everything applied so far on the disk; answered by `synced`. */
  | { readonly kind: "sync" }
  /** `endedAt` is null while exchanges are open: the next process then closes them. */
  | { readonly kind: "close"; readonly endedAt: number | null };

export type WriterReply =
  | {
      readonly kind: "ready";
      readonly boot: number;
      readonly nextNumber: number;
      readonly recovered: number;
    }
  | { readonly kind: "refused"; readonly error: StoreOpenError }
  | { readonly kind: "applied" }
  /** Rows that the schema refused, by their place in the batch; all others of it are stored. */
  | { readonly kind: "applied_but"; readonly rejected: readonly RejectedRow[] }
  /** Nothing of the batch is stored. */
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "synced" }
  | { readonly kind: "problem"; readonly problem: StoreProblem }
  | { readonly kind: "closed" };

export interface RejectedRow {
  readonly index: number;
  readonly message: string;
}
