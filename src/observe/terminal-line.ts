import { durationText, ordinal, shareText, timeOfDay, tokenText } from "./number-text.ts";
import { type Paint, paint } from "./paint.ts";

/** What one line says of an exchange; `EventView` of the store is one. Null is unknown. */
export interface ExchangeLine {
  readonly id: string;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly operation: string;
  readonly model: string | null;
  readonly agent_id: string | null;
  readonly request_class: string | null;
  readonly duration_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly tokens: {
    readonly input_total: number | null;
    readonly cache_read: number | null;
    readonly output: number | null;
  };
  readonly usage_source: string | null;
  readonly cost: string | null;
  readonly book: string | null;
  readonly status: number | null;
  readonly finish: string | null;
  readonly error_code: string | null;
  /** Null: the first place that was asked, at once; or nobody. */
  readonly answered?: {
    readonly provider: string;
    readonly attempt: number;
    readonly is_fallback: boolean;
  } | null;
}

export interface LineOptions {
  readonly color: boolean;
  /** Columns of the terminal; fewer than 80 count as 80. */
  readonly width: number;
}

/** Why a cost has a tilde before it; stands once wherever such costs stand. */
export const NOTIONAL_LEGEND = "~ list price, covered by the subscription";

const MIN_WIDTH = 80;
const MODEL_WIDTH = 12;
const MAX_MODEL_WIDTH = 24;

/** The heads of the columns of `formatExchangeLine`. */
export function exchangeLineHeader(options: LineOptions): string {
  const heads = row(options.width, [
    "TIME",
    "MODEL",
    "CLASS",
    "TOTAL",
    "FIRST",
    "IN",
    "CACHE",
    "OUT",
    "COST",
    "BOOK",
    "END",
    "ID",
  ]);
  return paint(options.color, "dim", heads.join(" "));
}

/**
 * Says in one aligned line what an exchange was and what it cost; the pretty log and `spillway tail` show the same.
 *
 * IN is all input, CACHE the share of it that was read from the cache, FIRST the time to the first byte. A question
 * mark is a number nobody told us, a dash one that does not apply.
 */
export function formatExchangeLine(event: ExchangeLine, options: LineOptions): string {
  const hasUsage = event.usage_source !== "none" && event.usage_source !== null;
  const { input_total: input, cache_read: cached, output } = event.tokens;
  const end = endOf(event);
  const cells = row(options.width, [
    timeOfDay(Date.parse(event.finished_at ?? event.started_at)),
    shortModel(event.model),
    classOf(event),
    durationText(event.duration_ms),
    durationText(event.first_byte_ms),
    hasUsage ? tokenText(input) : "-",
    hasUsage ? shareText(cached, input) : "-",
    hasUsage ? tokenText(output) : "-",
    costText(event.cost, event.book, hasUsage),
    hasUsage ? bookText(event.book) : "-",
    end,
    [event.id, errorText(event), fallbackText(event)].filter((text) => text !== "").join(" "),
  ]);
  return cells.map((cell, column) => paintCell(cell, column, end, options.color)).join(" ");
}

/** A cost as people read it: `$0.0123`, `~$0.0420` where a subscription covers it, `unknown`, `-` where none can be. */
export function costText(cost: string | null, book: string | null, hasUsage = true): string {
  if (!hasUsage) return "-";
  if (cost === null) return "unknown";
  return book === "subscription" ? `~${cost}` : cost;
}

/** Text from a client, with everything that could steer a terminal made visible and harmless. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}

/** Cuts a text to `width` characters and says with an ellipsis that it did. */
export function fitText(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

/** Fills a text up to a width, on its left; with a negative width on its right. */
export function padText(text: string, width: number): string {
  const filling = " ".repeat(Math.max(0, Math.abs(width) - Array.from(text).length));
  return width < 0 ? `${text}${filling}` : `${filling}${text}`;
}

const TIME = 0;
const COST = 8;
const BOOK = 9;
const END = 10;
const ID = 11;
const ID_WIDTH = 30;

function row(width: number, cells: readonly string[]): readonly string[] {
  const spare = Math.max(0, Math.max(width, MIN_WIDTH) - MIN_WIDTH);
  const hasId = spare > ID_WIDTH;
  const rest = hasId ? spare - ID_WIDTH - 1 : spare;
  const modelWidth = Math.min(MAX_MODEL_WIDTH, MODEL_WIDTH + rest);
  const widths = [-8, -modelWidth, -8, 5, 5, 5, 5, 5, 9, -4, hasId ? -4 : 0, 0];
  return cells.slice(0, hasId ? undefined : ID).map((cell, column) => {
    const columns = widths[column] ?? 0;
    if (columns === 0) return cell;
    return padText(fitText(cell, Math.abs(columns)), columns);
  });
}

/** Every line has the vendor's name otherwise, and no room for what tells the models apart. */
function shortModel(model: string | null): string {
  if (model === null) return "-";
  return plainText(model)
    .replace(/^claude-/, "")
    .replace(/-20[0-9]{6}$/, "");
}

const CLASSES: ReadonlyMap<string, string> = new Map([
  ["compaction", "compact"],
  ["auxiliary", "aux"],
]);
const OPERATIONS: ReadonlyMap<string, string> = new Map([["count_tokens", "count"]]);

function classOf(event: ExchangeLine): string {
  if (event.operation !== "messages")
    return OPERATIONS.get(event.operation) ?? plainText(event.operation);
  if (event.request_class !== null) {
    const name = event.request_class.replace(/ \(recognised\)$/, "");
    return CLASSES.get(name) ?? plainText(name);
  }
  return event.agent_id === null ? "-" : "subagent";
}

const BOOKS: ReadonlyMap<string, string> = new Map([
  ["subscription", "sub"],
  ["api", "api"],
  ["overflow", "over"],
]);

function bookText(book: string | null): string {
  return book === null ? "-" : (BOOKS.get(book) ?? book);
}

const ENDS: ReadonlyMap<string, string> = new Map([
  ["client_gone", "gone"],
  ["upstream_lost", "lost"],
  ["indeterminate", "?"],
]);

function endOf(event: ExchangeLine): string {
  if (event.finish === null) return "open";
  // A failure that the client was told of by a status is that status; `lost` is one in the middle of an answer.
  if (event.finish === "upstream_lost" && (event.status ?? 0) >= 400) return String(event.status);
  const end = ENDS.get(event.finish);
  if (end !== undefined) return end;
  if (event.status === null) return event.finish;
  if (event.status >= 400) return String(event.status);
  return event.answered ? ordinal(event.answered.attempt) : "ok";
}

function errorText({ error_code: code }: ExchangeLine): string {
  return code === null ? "" : plainText(code);
}

/** `→ openrouter (2nd)`: another place than the first answered, and which attempt that was. */
function fallbackText({ answered }: ExchangeLine): string {
  if (!answered?.is_fallback) return "";
  return `→ ${plainText(answered.provider)} (${ordinal(answered.attempt)})`;
}

function paintCell(cell: string, column: number, end: string, color: boolean): string {
  if (column === TIME || column === BOOK || column === ID) return paint(color, "dim", cell);
  if (column === COST && cell.trimStart().startsWith("~")) return paint(color, "dim", cell);
  if (column === COST && cell.endsWith("unknown")) return paint(color, "yellow", cell);
  if (column === END) return paint(color, endColor(end), cell);
  return cell;
}

function endColor(end: string): Paint {
  if (end === "ok") return "green";
  return end === "gone" || end === "open" || /^\d+[a-z]+$/.test(end) ? "yellow" : "red";
}
