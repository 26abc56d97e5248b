import { shareText, tokenText } from "../../observe/number-text.ts";
import { costText, fitText, NOTIONAL_LEGEND, plainText } from "../../observe/terminal-line.ts";
import type { BookView, TotalsView, UsageView } from "../../store/usage-view.ts";
import { counted, type Screen, table } from "../text.ts";

const HEADS = ["REQUESTS", "INPUT", "CACHED", "OUTPUT", "COST"];
/** The widest group name with which a line fits into 80 columns, and the widest that helps. */
const GROUP_WIDTH = 26;
const MAX_GROUP_WIDTH = 40;

/** A line for each book. */
export function booksTable(screen: Screen, usage: UsageView): void {
  const rows = usage.books.map((book) => [bookName(book.book), ...totalsRow(book, book.book)]);
  showTable(screen, [["BOOK", ...HEADS], ...rows], 1);
}

/** A line for each group and book, most requests of a group together. */
export function groupsTable(screen: Screen, usage: UsageView): void {
  const spare = Math.max(0, screen.width - 80);
  const width = Math.min(MAX_GROUP_WIDTH, GROUP_WIDTH + spare);
  const rows = usage.groups.map((row) => [
    fitText(plainText(row.name ?? row.group ?? "(none)"), width),
    shortBook(row.book),
    ...totalsRow(row, row.book),
  ]);
  showTable(screen, [[(usage.by ?? "").toUpperCase(), "BOOK", ...HEADS], ...rows], 2);
}

function showTable(
  screen: Screen,
  rows: readonly (readonly string[])[],
  firstNumber: number,
): void {
  const right = new Set(HEADS.map((_, index) => firstNumber + index));
  for (const [index, line] of table(rows, right).entries()) {
    screen.line(`  ${index === 0 ? screen.paint("dim", line) : line}`);
  }
}

function totalsRow(totals: TotalsView, book: string | null): readonly string[] {
  const { tokens } = totals;
  const isAllUnknown = totals.requests > 0 && totals.unknown_usage === totals.requests;
  const nothing = book === null ? "-" : isAllUnknown ? "?" : undefined;
  return [
    String(totals.requests),
    nothing ?? tokenText(tokens.input_total),
    nothing ?? shareText(tokens.cache_read, tokens.input_total),
    nothing ?? tokenText(tokens.output),
    costOf(totals, book),
  ];
}

/** A sum with parts that nobody knows says so by a plus. */
function costOf(totals: TotalsView, book: string | null): string {
  if (book === null) return "-";
  const isPartial = totals.unknown_usage + totals.unpriced > 0;
  const isNothingKnown = isPartial && String(totals.cost_nano_usd) === "0";
  if (isNothingKnown) return "unknown";
  return `${costText(totals.cost, book)}${isPartial ? "+" : ""}`;
}

/** What the signs in the table above mean, as far as they occur. */
export function usageLegend(screen: Screen, usage: UsageView): void {
  const sum = (pick: (book: BookView) => number) =>
    usage.books.reduce((total, book) => total + pick(book), 0);
  const unknown = sum((book) => book.unknown_usage);
  const unpriced = sum((book) => book.unpriced);
  if (unknown > 0) {
    screen.line(
      screen.paint(
        "yellow",
        `  + ${counted(unknown, "request")} of unknown usage, not in the sums`,
      ),
    );
  }
  if (unpriced > 0) {
    screen.line(
      screen.paint(
        "yellow",
        `  + ${counted(unpriced, "request")} without a price, not in the cost`,
      ),
    );
  }
  const hasNotional = usage.books.some(({ book }) => book === "subscription");
  if (hasNotional) screen.line(screen.paint("dim", `  ${NOTIONAL_LEGEND}`));
}

const BOOK_NAMES: Readonly<Record<string, string>> = { api: "API key", overflow: "overflow" };

function bookName(book: string | null): string {
  return book === null ? "(running)" : (BOOK_NAMES[book] ?? book);
}

function shortBook(book: string | null): string {
  if (book === null) return "-";
  return book === "subscription" ? "sub" : book === "overflow" ? "over" : book;
}
