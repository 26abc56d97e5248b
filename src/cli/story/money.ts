import { NOTIONAL_LEGEND, plainText } from "../../observe/terminal-line.ts";
import type { ExchangeView, LedgerView } from "../../store/views.ts";
import { type Screen, table, wrap } from "../text.ts";
import { billLines, type PriceOf } from "./bill-lines.ts";
import { exactDollars } from "./exact-dollars.ts";
import { heading, widthOf } from "./parts.ts";

const SOURCES: Readonly<Record<string, string>> = {
  provider: "as the provider counted",
  estimated: "estimated from what was delivered before the end",
  unknown: "unknown: the answer did not tell it",
  none: "none: nothing was consumed",
};

/** What was used, what it cost, and how that was found. */
export function tellCost(screen: Screen, exchange: ExchangeView, priceOf: PriceOf): void {
  const source = exchange.usage_source ?? "unknown";
  heading(screen, "Usage and cost");
  screen.line(`  usage ${SOURCES[source] ?? source}`);
  if (exchange.usage_suspect) {
    screen.line(screen.paint("yellow", "  some figures were out of range and were bounded"));
  }
  if (exchange.usage_raw !== null) {
    screen.line(
      screen.paint("dim", wrap(plainText(spaced(exchange.usage_raw)), "    ", widthOf(screen))),
    );
  }
  if (source === "none") return;
  screen.line();
  for (const line of table(billLines(exchange.units, priceOf), new Set([1, 2, 3]))) {
    screen.line(`  ${line}`);
  }
  const isNotional = exchange.book === "subscription";
  const total = exactDollars(exchange.cost_nano_usd);
  screen.line(`  total ${isNotional && total !== "unknown" ? "~" : ""}${total}${shown(exchange)}`);
  screen.line(`  book ${exchange.book ?? "none"}, prices ${exchange.price_version ?? "unknown"}`);
  if (isNotional) screen.line(screen.paint("dim", `  ${NOTIONAL_LEGEND}`));
}

/** The display currency, where it is another one. */
function shown({ cost: text, currency, rate }: ExchangeView): string {
  if (text === null || currency === "USD" || currency === null) return "";
  return ` = ${text} at ${rate ?? "?"} ${currency} for 1 USD`;
}

/** Where the money went. */
export function tellLedger(screen: Screen, transactions: readonly LedgerView[]): void {
  heading(screen, "Ledger");
  if (transactions.length === 0) screen.line("  No lines: no money moved.");
  const rows = transactions.flatMap(({ leg, seq, lines }) =>
    lines.map(({ account, amount_nano_usd: amount }, index) => [
      index === 0 ? `${leg}${seq > 0 ? ` ${seq}` : ""}` : "",
      account.replace(/^held:spx_.*/, "held"),
      exactDollars(amount),
    ]),
  );
  for (const line of table(rows, new Set([2]))) screen.line(`  ${line}`);
}

/** JSON with a space after commas, so that it can be broken into lines. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
}
