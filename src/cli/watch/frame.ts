import { paint } from "../../observe/paint.ts";
import {
  exchangeLineHeader,
  fitText,
  formatExchangeLine,
  padText,
  plainText,
} from "../../observe/terminal-line.ts";
import { dateTime, spanText } from "../commands/dates.ts";
import { booksTable, usageLegend } from "../commands/usage-table.ts";
import {
  accountName,
  forecastText,
  type QuotaAccount,
  type QuotaWindowView,
  redirectText,
  shownAccounts,
  windowMark,
} from "../quota-view.ts";
import type { ServerStatus } from "../source.ts";
import { counted, type Screen } from "../text.ts";
import { bar, barWidth } from "./bar.ts";
import type { Snapshot } from "./watcher.ts";

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly color: boolean;
  readonly nowMs: number;
  readonly homeDir: string;
}

/** A frame's lines, collected as a command's output would be. */
type Page = Screen & { readonly lines: string[] } & Pick<FrameOptions, "nowMs" | "homeDir">;

const FOOTER = "q quits";
/** What limits are always shown, known or not. */
const USUAL_WINDOWS = ["5h", "7d", "overage"];
const NAME_WIDTH = 9;
/** From this height on there is room for more accounts than two. */
const TALL = 50;

/** One picture of the live view: as many lines as the terminal has, the last finished requests filling what is left. */
export function frame(snapshot: Snapshot, options: FrameOptions): readonly string[] {
  const page = newPage(options);
  header(page, snapshot);
  limits(page, snapshot.accounts, options.height < TALL ? 2 : 5);
  overflow(page, snapshot);
  today(page, snapshot);
  const room = options.height - page.lines.length - 1;
  if (room >= 4) finished(page, snapshot, room);
  const rows = page.lines.slice(0, Math.max(0, options.height - 1));
  const filling = Array.from({ length: options.height - 1 - rows.length }, () => "");
  return [...rows, ...filling, page.paint("dim", FOOTER)];
}

function newPage({ width, color, nowMs, homeDir }: FrameOptions): Page {
  const lines: string[] = [];
  return {
    color,
    width,
    lines,
    nowMs,
    homeDir,
    line: (text = "") => {
      lines.push(text);
    },
    json: () => {},
    paint: (style, text) => paint(color, style, text),
  };
}

function title(page: Page, name: string, more = ""): void {
  page.line();
  page.line(
    more === ""
      ? page.paint("bold", name)
      : `${page.paint("bold", name)}  ${page.paint("dim", more)}`,
  );
}

function header(page: Page, { server, isRunning, problem }: Snapshot): void {
  if (server !== undefined && isRunning) {
    const name = `Spillway ${plainText(server.version)}`;
    const up = `up ${spanText(page.nowMs - Date.parse(server.started_at))}`;
    const streams = `${counted(server.open_streams, "stream")} open`;
    page.line(`${page.paint("bold", name)}  ${up}  ${plainText(server.url)}  ${streams}`);
    const stopped = server.accepting ? (server.not_ready ?? undefined) : "storing records fails";
    if (stopped !== undefined) {
      page.line(page.paint("red", `It takes no new requests: ${plainText(stopped)}`));
    }
    return;
  }
  page.line(
    `${page.paint("red", "Spillway is not running.")} Its last figures; the view goes on when it is back.`,
  );
  if (problem !== undefined)
    page.line(page.paint("yellow", fitText(plainText(problem), page.width)));
}

function limits(page: Page, accounts: readonly QuotaAccount[], most: number): void {
  if (accounts.length === 0) {
    title(page, "Subscription limits");
    page.line(
      page.paint("dim", "  None known: they come with the answers that a subscription pays for."),
    );
  }
  const { shown, others } = shownAccounts(accounts, most);
  for (const account of shown) {
    const age = spanText(page.nowMs - Date.parse(account.observed_at));
    const name = accountName(account, { among: shown, homeDir: page.homeDir });
    title(page, "Subscription limits", `${name}, ${age} ago`);
    for (const window of windowsOf(account)) page.line(windowLine(page, window));
    if (account.overflow) {
      const { label, until } = account.overflow;
      const end = until === null ? "" : ` until ${dateTime(Date.parse(until), page.nowMs)}`;
      page.line(page.paint("yellow", `  Full: the stored key "${plainText(label)}" pays${end}`));
    }
    if (account.redirect) {
      page.line(page.paint("yellow", `  ${redirectText(account.redirect, page.nowMs)}`));
    }
  }
  if (others > 0) {
    page.line(page.paint("dim", `  and ${counted(others, "account")} more: spillway status`));
  }
}

function windowsOf({ windows }: QuotaAccount): readonly QuotaWindowView[] {
  const named = (name: string) => windows.find(({ window }) => window === name);
  return [
    ...USUAL_WINDOWS.map(
      (name) => named(name) ?? { window: name, used_percent: null, status: null, resets_at: null },
    ),
    ...windows.filter(({ window }) => !USUAL_WINDOWS.includes(window)),
  ];
}

function windowLine(page: Page, row: QuotaWindowView): string {
  const { window, used_percent: used, status, resets_at: resets } = row;
  const style = windowMark(row);
  const reset = resets === null ? "" : `resets in ${spanText(Date.parse(resets) - page.nowMs)}`;
  const warning = status === "allowed_warning" ? "!" : status === "rejected" ? status : "";
  return gauge(page, {
    name: window,
    usedPercent: used,
    style,
    text: `${padText(reset, -19)} ${forecastText(row, page.nowMs) || warning}`,
  });
}

function gauge(
  page: Page,
  row: {
    readonly name: string;
    readonly usedPercent: number | null;
    readonly style: "red" | "yellow" | undefined;
    readonly text: string;
  },
): string {
  const { name, usedPercent, style, text } = row;
  const percent = usedPercent === null ? "?" : `${Math.round(usedPercent)}%`;
  const { filled, rest } = bar(usedPercent, barWidth(page.width));
  const inStyle = (part: string) => (style === undefined ? part : page.paint(style, part));
  const label = padText(fitText(plainText(name), NAME_WIDTH), -NAME_WIDTH);
  const drawn = `${inStyle(filled)}${page.paint("dim", rest)} ${inStyle(padText(percent, 4))}`;
  return `  ${label} ${drawn}  ${text}`.trimEnd();
}

function overflow(page: Page, { server, accounts }: Snapshot): void {
  const pays = server?.pays;
  if (pays === undefined) return;
  const { cap } = pays;
  const limit = cap === null ? "" : `, at most ${cap.amount} ${cap.currency} a ${cap.period}`;
  title(page, "Overflow", `${overflowState(pays, accounts)}${limit}`);
  if (cap === null) return;
  const reset = `resets in ${spanText(Date.parse(cap.resets_at) - page.nowMs)}`;
  const left = `${cents(cap.used)} used, ${cents(cap.remaining)} ${cap.currency} left`;
  const used = cap.used_percent ?? null;
  const style = used === null || used < 80 ? undefined : used < 100 ? "yellow" : "red";
  page.line(
    gauge(page, {
      name: "cap",
      usedPercent: used,
      style,
      text: `${padText(reset, -19)} ${left}`,
    }),
  );
}

/** With two decimals; what would round to nothing is not nothing. */
function cents(amount: string | null | undefined): string {
  if (amount === null || amount === undefined) return "?";
  const rounded = Number(amount).toFixed(2);
  return rounded === "0.00" && Number(amount) > 0 ? "<0.01" : rounded;
}

function overflowState(
  { mode, stored }: NonNullable<ServerStatus["pays"]>,
  accounts: readonly QuotaAccount[],
): string {
  const paying = accounts.find(({ overflow: state }) => state)?.overflow;
  if (paying) return `key "${plainText(paying.label)}" pays now`;
  const ready = stored.find((key) => mode === "overflow" || (mode === null && key.overflow));
  if (ready !== undefined) return `key "${plainText(ready.label)}" is ready`;
  return stored.length === 0 ? "no key is stored" : "off";
}

function today(page: Page, { today: usage }: Snapshot): void {
  if (usage === undefined) return;
  title(page, "Today", usage.books.length === 0 ? "no requests" : "");
  if (usage.books.length === 0) return;
  booksTable(page, usage);
  usageLegend(page, usage);
}

function finished(page: Page, { finished: events }: Snapshot, room: number): void {
  title(page, "Last requests", events.length === 0 ? "none" : "");
  if (events.length === 0) return;
  const options = { color: page.color, width: page.width };
  page.line(exchangeLineHeader(options));
  for (const event of events.slice(0, room - 3)) page.line(formatExchangeLine(event, options));
}
