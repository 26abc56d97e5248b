import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** An upstream call as it is on record. */
export interface Attempt {
  readonly credentialOwner: string;
  readonly credentialClass: string;
  readonly status?: number;
  readonly outcome: string;
}

/** One movement of money. */
export interface Line {
  readonly leg: string;
  readonly account: string;
  readonly amountNano: bigint;
  readonly book: string;
}

/** An exchange as the database has it. */
export interface Row {
  readonly id: string;
  readonly principal: string;
  readonly organisation: string;
  readonly keyId: string | undefined;
  readonly mode: string | undefined;
  readonly book: string | undefined;
  readonly status: number | undefined;
  /** Undefined is unknown. */
  readonly costNano: bigint | undefined;
  readonly usageSource: string | undefined;
  readonly billingOwner: string | undefined;
  readonly errorCode: string | undefined;
  /** Undefined while it runs. */
  readonly finish: string | undefined;
  readonly residency: string | undefined;
  readonly attempts: readonly Attempt[];
  readonly lines: readonly Line[];
}

/** The database file of a gateway, read past the program: what it says of itself is held against this. */
export interface Books extends Disposable {
  /** The exchanges of these ids, or all; the oldest first. */
  rows(ids?: readonly string[]): readonly Row[];
  /** The balance of every account whose name begins so. */
  balances(prefix: string): ReadonlyMap<string, bigint>;
}

const EXCHANGES = `
  SELECT number, id, principal, organisation, key_id, mode, book, status,
    CAST(cost_nano AS TEXT) AS cost, usage_source, billing_owner, error_code, finish, residency,
    attempts
  FROM exchange`;
const OF_IDS = "id IN (SELECT value FROM json_each(?))";
const LINES = `
  SELECT exchange, leg, account, CAST(amount_nano AS TEXT) AS amount, book FROM ledger_line`;
const LINE_ORDER = "ORDER BY exchange, at, leg, seq, line";
const BALANCES = `
  SELECT account, CAST(sum(amount_nano) AS TEXT) AS amount FROM ledger_line
  WHERE substr(account, 1, length(?)) = ? GROUP BY account`;

export function openBooks(dataDir: string): Books {
  const database = new DatabaseSync(join(dataDir, "spillway.db"), { readOnly: true });
  return {
    rows: (ids) => readRows(database, ids),
    balances: (prefix) =>
      new Map(
        database
          .prepare(BALANCES)
          .all(prefix, prefix)
          .map((row) => [String(row["account"]), BigInt(String(row["amount"]))]),
      ),
    [Symbol.dispose]: () => database.close(),
  };
}

type Columns = Readonly<Record<string, unknown>>;

function readRows(database: DatabaseSync, ids: readonly string[] | undefined): readonly Row[] {
  const asked = ids === undefined ? [] : [JSON.stringify(ids)];
  const whose = ids === undefined ? "" : `WHERE ${OF_IDS}`;
  const lineWhose =
    ids === undefined
      ? ""
      : `WHERE exchange IN (SELECT number FROM exchange_start WHERE ${OF_IDS})`;
  const rows = database.prepare(`${EXCHANGES} ${whose} ORDER BY number`).all(...asked);
  const lines = database.prepare(`${LINES} ${lineWhose} ${LINE_ORDER}`).all(...asked);
  const byExchange = Map.groupBy(lines, (line) => line["exchange"]);
  return rows.map((row) => toRow(row, byExchange.get(row["number"] ?? null) ?? []));
}

function toRow(row: Columns, lines: readonly Columns[]): Row {
  const cost = textOf(row["cost"]);
  const attempts: readonly Attempt[] = JSON.parse(textOf(row["attempts"]) ?? "[]");
  return {
    id: String(row["id"]),
    principal: String(row["principal"]),
    organisation: String(row["organisation"]),
    keyId: textOf(row["key_id"]),
    mode: textOf(row["mode"]),
    book: textOf(row["book"]),
    status: row["status"] === null ? undefined : Number(row["status"]),
    costNano: cost === undefined ? undefined : BigInt(cost),
    usageSource: textOf(row["usage_source"]),
    billingOwner: textOf(row["billing_owner"]),
    errorCode: textOf(row["error_code"]),
    finish: textOf(row["finish"]),
    residency: textOf(row["residency"]),
    attempts,
    lines: lines.map((line) => ({
      leg: String(line["leg"]),
      account: String(line["account"]),
      amountNano: BigInt(String(line["amount"])),
      book: String(line["book"]),
    })),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The sum of the lines on accounts whose name begins so. */
export function sumOf(lines: readonly Line[], prefix: string): bigint {
  return lines
    .filter(({ account }) => account.startsWith(prefix))
    .reduce((sum, { amountNano }) => sum + amountNano, 0n);
}
