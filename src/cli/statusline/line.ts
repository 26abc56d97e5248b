import { markOf, WARN_PERCENT } from "./mark.ts";

/** How a line is shown. */
export interface LineOptions {
  readonly nowMs: number;
  /** Undefined: not known, so nothing is left out. */
  readonly columns: number | undefined;
  readonly color: boolean;
}

/** One part of the line; of its texts the first that fits is shown. An empty one leaves the part out. */
interface Part {
  readonly texts: readonly [wide: string, short: string, shortest: string];
  readonly style?: keyof typeof STYLES | undefined;
}

const STYLES = { yellow: "\u001b[33m", red: "\u001b[31m" } as const;
const PLAIN = "\u001b[39m";
const SEPARATOR = " · ";
/** Claude Code has a margin on both sides. */
const MARGIN = 4;

/**
 * Says in one line how a session stands: model, limits, cost, overflow. `session` is Claude Code's JSON, `answer` that of
 * `/control/statusline`; either may be missing or have another shape, then the other serves.
 *
 * @source https://code.claude.com/docs/en/statusline (read 2026-11-25)
 */
export function statusLine(session: unknown, answer: unknown, options: LineOptions): string {
  const { nowMs } = options;
  const quota = at(answer, "quota");
  const parts = [
    modelPart(session),
    ...windowsOf(session, quota, nowMs).map((window) => windowPart(window, nowMs)),
    costPart(session, answer),
    redirectPart(quota),
    answer === undefined ? NOT_RUNNING : overflowPart(quota, answer),
  ].filter((part) => part !== undefined);
  return fitted(parts, options);
}

const NOT_RUNNING: Part = {
  texts: ["Spillway is not running", "Spillway is off", "off"],
  style: "yellow",
};

function modelPart(session: unknown): Part | undefined {
  const model = at(session, "model");
  const name = text(at(model, "display_name")) ?? text(at(model, "id"));
  return name === undefined ? undefined : { texts: [name, name, name] };
}

interface Window {
  readonly name: string;
  readonly usedPercent: number;
  readonly status: string | undefined;
  readonly resetsAtMs: number | undefined;
  readonly runsOutAtMs: number | undefined;
}

/** Spillway's own are newer: it sees every answer, Claude Code tells of its main ones. */
function windowsOf(session: unknown, quota: unknown, nowMs: number): readonly Window[] {
  const told = at(quota, "windows");
  const own = (Array.isArray(told) ? told : []).flatMap((window: unknown): Window[] => {
    const name = text(at(window, "window"));
    const usedPercent = number(at(window, "used_percent"));
    if (usedPercent === undefined || (name !== "5h" && name !== "7d")) return [];
    return [
      {
        name,
        usedPercent,
        status: text(at(window, "status")),
        resetsAtMs: time(at(window, "resets_at")),
        runsOutAtMs: time(at(at(window, "forecast"), "runs_out_at")),
      },
    ];
  });
  const clients = at(session, "rate_limits");
  return [
    { name: "5h", limit: at(clients, "five_hour") },
    { name: "7d", limit: at(clients, "seven_day") },
  ].flatMap(({ name, limit }): Window[] => {
    const window = own.find((known) => known.name === name) ?? clientWindow(name, limit);
    const isOver = window?.resetsAtMs !== undefined && window.resetsAtMs <= nowMs;
    return window === undefined || isOver ? [] : [window];
  });
}

function clientWindow(name: string, limit: unknown): Window | undefined {
  const usedPercent = number(at(limit, "used_percentage"));
  if (usedPercent === undefined) return undefined;
  const resetsAt = number(at(limit, "resets_at"));
  const resetsAtMs = resetsAt === undefined ? undefined : resetsAt * 1_000;
  return { name, usedPercent, resetsAtMs, status: undefined, runsOutAtMs: undefined };
}

function windowPart(window: Window, nowMs: number): Part {
  const { name, usedPercent, status, resetsAtMs, runsOutAtMs } = window;
  const used = `${name} ${Math.round(usedPercent)}%`;
  const resets = resetsAtMs === undefined ? undefined : span(resetsAtMs - nowMs);
  const end = runsOutAtMs === undefined ? undefined : span(runsOutAtMs - nowMs);
  const long = [
    ...(end === undefined ? [] : [`full in ${end}`]),
    ...(resets === undefined ? [] : [`resets in ${resets}`]),
  ].join(", ");
  const short = end === undefined ? (resets ?? "") : `full in ${end}`;
  return {
    texts: [long === "" ? used : `${used} (${long})`, `${used} ${short}`.trimEnd(), used],
    style: markOf({ usedPercent, status, runsOut: runsOutAtMs !== undefined }),
  };
}

const BOOKS: Readonly<Record<string, readonly [wide: string, short: string]>> = {
  subscription: ["list price, in the plan", "plan"],
  api: ["API", "api"],
  overflow: ["overflow", "over"],
};

/** A tilde marks list price, which nobody owes. */
function costPart(session: unknown, answer: unknown): Part | undefined {
  const told = at(answer, "session");
  const books = (Array.isArray(told) ? told : []).flatMap((entry: unknown) => {
    const book = text(at(entry, "book"));
    const cost = text(at(entry, "cost"));
    if (book === undefined || cost === undefined) return [];
    const isPartial = (number(at(entry, "unknown")) ?? 0) > 0;
    const amount = `${book === "subscription" ? "~" : ""}${cost}${isPartial ? "+" : ""}`;
    return [(BOOKS[book] ?? [book, book]).map((name) => `${amount} ${name}`)];
  });
  if (books.length > 0) {
    const [wide, short] = [0, 1].map((length) => books.map((book) => book[length]).join(" + "));
    return { texts: [`session ${wide}`, `${short}`, `${short}`] };
  }
  const estimate = number(at(at(session, "cost"), "total_cost_usd"));
  if (estimate === undefined) return undefined;
  const amount = `~$${estimate.toFixed(2)}`;
  return { texts: [`session ${amount} by Claude Code's estimate`, `${amount} est.`, amount] };
}

function redirectPart(quota: unknown): Part | undefined {
  const redirect = at(quota, "redirect");
  const to = text(at(redirect, "to"));
  if (to === undefined) return undefined;
  const reason = text(at(redirect, "reason"));
  const wide = reason === undefined ? `redirected to ${to}` : `redirected to ${to}: ${reason}`;
  return { texts: [wide, `to ${to}`, `to ${to}`], style: "yellow" };
}

function overflowPart(quota: unknown, answer: unknown): Part | undefined {
  const cap = at(answer, "overflow_cap");
  const limit = text(at(cap, "amount"));
  // Four decimals are for bills.
  const used = (text(at(cap, "used")) ?? "?").replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  const unit = text(at(cap, "currency")) ?? "";
  const window = text(at(cap, "period")) ?? "";
  const wide = limit === undefined ? "" : `${used} of ${limit} ${unit} a ${window} used`;
  const short = limit === undefined ? "" : `${used}/${limit} ${unit}`;
  const label = text(at(at(quota, "overflow"), "label"));
  const isLow = (number(at(cap, "used_percent")) ?? 0) >= WARN_PERCENT;
  if (label !== undefined) {
    return {
      texts: [
        `overflow: key ${label} pays, ${wide}`.replace(/, $/, ""),
        `overflow ${short}`.trimEnd(),
        `over ${short}`.trimEnd(),
      ],
      style: isLow ? "red" : "yellow",
    };
  }
  if (at(answer, "overflow_ready") !== true || limit === undefined) return undefined;
  return {
    texts: [`overflow ${wide}`, `overflow ${short}`, isLow ? `over ${short}` : ""],
    style: isLow ? "yellow" : undefined,
  };
}

function fitted(parts: readonly Part[], { columns, color }: LineOptions): string {
  const width = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(1, columns - MARGIN);
  let shown: readonly { readonly text: string; readonly style: Part["style"] }[] = [];
  for (const length of [0, 1, 2] as const) {
    shown = parts
      .map(({ texts, style }) => ({ text: texts[length], style }))
      .filter((part) => part.text !== "");
    const line = shown.map((part) => part.text).join(SEPARATOR);
    if (Array.from(line).length <= width) return painted(shown, color);
  }
  const cut = Array.from(shown.map((part) => part.text).join(SEPARATOR));
  return `${cut.slice(0, width - 1).join("")}…`;
}

function painted(
  parts: readonly { readonly text: string; readonly style: Part["style"] }[],
  color: boolean,
): string {
  return parts
    .map((part) => {
      const style = color ? part.style : undefined;
      return style === undefined ? part.text : `${STYLES[style]}${part.text}${PLAIN}`;
    })
    .join(SEPARATOR);
}

/** `45s`, `40m`, `2h10m`, `3d4h`: the two largest units. */
function span(spanMs: number): string {
  const seconds = Math.max(0, Math.round(spanMs / 1_000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.floor(hours / 24)}d${hours % 24}h`;
}

function at(value: unknown, name: string): unknown {
  const isThere = typeof value === "object" && value !== null && Object.hasOwn(value, name);
  return isThere ? Reflect.get(value, name) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function time(value: unknown): number | undefined {
  return typeof value === "string" ? number(Date.parse(value)) : undefined;
}

/** Without anything that could steer a terminal, and not endless. */
function text(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const clean = value.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\u{fffd}").slice(0, 80);
  return clean === "" ? undefined : clean;
}
