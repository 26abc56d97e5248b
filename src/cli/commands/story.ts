import { durationText } from "../../observe/number-text.ts";
import { NOTIONAL_LEGEND, plainText } from "../../observe/terminal-line.ts";
import type { RouteCandidate, RouteRecord } from "../../store/route-record.ts";
import type { AttemptView, ExchangeView, LedgerView } from "../../store/views.ts";
import { type Screen, table, wrap } from "../text.ts";
import { billLines, type PriceOf } from "./bill-lines.ts";
import { exactTime } from "./dates.ts";
import { exactDollars } from "./exact-dollars.ts";

type Fact = readonly [name: string, value: string | null | undefined];

/** Tells an exchange from who asked to what was booked. */
export function tellStory(screen: Screen, exchange: ExchangeView, priceOf: PriceOf): void {
  screen.line(`${screen.paint("bold", exchange.id)}  ${ending(screen, exchange)}`);
  facts(screen, "Who", [
    ["client", join(exchange.client, exchange.client_version)],
    ["session", exchange.session_id],
    ["agent", exchange.agent_id],
    ["parent", exchange.parent_agent_id],
    ["prompt", exchange.prompt_id],
    ["class", exchange.request_class],
    ["principal", `${exchange.principal} (${exchange.organisation})`],
    ["credential", credential(exchange)],
  ]);
  facts(screen, "What", [
    ["started", exactTime(Date.parse(exchange.started_at))],
    ["request", `${exchange.method} ${exchange.path}${exchange.stream ? " (stream)" : ""}`],
    ["operation", `${exchange.operation}, ${exchange.dialect}`],
    ["asked for", exchange.requested_model],
    ["sent as", differs(exchange.sent_model, exchange.requested_model)],
    ["served by", exchange.served_model],
  ]);
  facts(screen, "Where it went", [
    ["decision", exchange.decision],
    ["provider", exchange.provider],
    ["mode", exchange.mode],
    ["pays", exchange.billing_owner],
    ["data policy", exchange.residency],
  ]);
  if (exchange.route !== null) route(screen, exchange.route);
  if (exchange.finish === null) {
    screen.line();
    screen.line("It is still running: attempts, usage and cost are recorded at its end.");
    return;
  }
  attempts(screen, exchange.attempts);
  facts(screen, "How it ended", [
    ["finish", exchange.finish],
    ["status", exchange.status?.toString() ?? "none sent"],
    ["stop reason", exchange.stop_reason],
    ["error", exchange.error_code && `${exchange.error_code} (${exchange.error_source ?? "?"})`],
    ["first byte", timeOf(exchange.first_byte_ms)],
    ["total", timeOf(exchange.duration_ms)],
  ]);
  cost(screen, exchange, priceOf);
  ledger(screen, exchange.ledger);
}

function ending(screen: Screen, exchange: ExchangeView): string {
  if (exchange.finish === null) return screen.paint("yellow", "still running");
  const isGood = exchange.finish === "complete" && (exchange.status ?? 0) < 400;
  const status = exchange.status === null ? "" : `, ${exchange.status}`;
  return screen.paint(isGood ? "green" : "red", `${exchange.finish}${status}`);
}

function credential(exchange: ExchangeView): string {
  const account = exchange.account === null ? "" : `, account ${exchange.account.slice(0, 8)}`;
  const key = exchange.key_id === null ? "" : `, key ${exchange.key_id}`;
  return `${exchange.credential_class}${account}${key}`;
}

/** What could have answered, in the order of the attempts, and what was taken off the list before. */
function route(screen: Screen, { steps, candidates, refused, notes }: RouteRecord): void {
  heading(screen, "Route");
  for (const step of steps) screen.line(`  ${plainText(step)}`);
  const rows = [
    ...candidates.map((place, index) => [`${index + 1}`, ...cellsOf(place)]),
    ...refused.map((place) => ["-", ...cellsOf(place)]),
  ];
  for (const line of table(rows, new Set([0]))) screen.line(`  ${line}`);
  for (const note of notes) screen.line(`  ${plainText(note)}`);
}

function cellsOf({ name, pays, reason }: RouteCandidate): string[] {
  return [name, pays, reason].map(plainText);
}

function attempts(screen: Screen, list: readonly AttemptView[]): void {
  heading(screen, list.length === 1 ? "Attempt" : "Attempts");
  if (list.length === 0) screen.line("  None: nothing was sent upstream.");
  for (const [index, attempt] of list.entries()) {
    const status = attempt.status === null ? "no answer" : `${attempt.status}`;
    screen.line(`  ${index + 1}  ${plainText(attempt.deployment)}: ${status}, ${attempt.outcome}`);
    const headers =
      attempt.headers_after_ms === null ? "" : `, headers ${timeOf(attempt.headers_after_ms)}`;
    screen.line(
      `     start ${timeOf(attempt.started_after_ms)}${headers}, end ${timeOf(attempt.ended_after_ms)}`,
    );
    screen.line(
      `     ${sizeText(attempt.bytes_sent)} up, ${sizeText(attempt.bytes_received)} down`,
    );
    screen.line(`     credential: ${attempt.credential_class} of ${attempt.credential_owner}`);
    if (attempt.upstream_request_id !== null) {
      screen.line(`     upstream's id: ${plainText(attempt.upstream_request_id)}`);
    }
  }
}

const SOURCES: Readonly<Record<string, string>> = {
  provider: "as the provider counted",
  estimated: "estimated from what was delivered before the end",
  unknown: "unknown: the answer did not tell it",
  none: "none: nothing was consumed",
};

function cost(screen: Screen, exchange: ExchangeView, priceOf: PriceOf): void {
  const source = exchange.usage_source ?? "unknown";
  heading(screen, "Usage and cost");
  screen.line(`  usage ${SOURCES[source] ?? source}`);
  if (exchange.usage_suspect) {
    screen.line(screen.paint("yellow", "  some figures were out of range and were bounded"));
  }
  if (exchange.usage_raw !== null) {
    screen.line(screen.paint("dim", wrap(plainText(spaced(exchange.usage_raw)), "    ")));
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

function ledger(screen: Screen, transactions: readonly LedgerView[]): void {
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

function facts(screen: Screen, title: string, list: readonly Fact[]): void {
  const rows = list.flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [[name, plainText(value)]],
  );
  if (rows.length === 0) return;
  heading(screen, title);
  for (const [name = "", value = ""] of rows) {
    screen.line(`  ${screen.paint("dim", name.padEnd(12))}${value}`);
  }
}

function heading(screen: Screen, title: string): void {
  screen.line();
  screen.line(screen.paint("bold", title));
}

function join(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(" ");
}

function differs(value: string | null, other: string | null): string | null {
  return value === other ? null : value;
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : durationText(ms);
}

/** JSON with a space after commas, so that it can be broken into lines. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
}

function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
