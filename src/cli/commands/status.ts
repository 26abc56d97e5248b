import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import type { UsageView } from "../../store/usage-view.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { openSource } from "../open-source.ts";
import {
  accountName,
  accountsOf,
  forecastText,
  type QuotaAccount,
  redirectText,
  shownAccounts,
  windowMark,
} from "../quota-view.ts";
import type { ServerStatus } from "../source.ts";
import { counted, type Screen, screenOf, table, tildePath } from "../text.ts";
import { dateTime, spanText, weekdayTime } from "./dates.ts";
import { showPays } from "./pays.ts";
import { startOfDay } from "./period.ts";
import { booksTable, usageLegend } from "./usage-table.ts";

/** More of them are old logins, most likely. */
const MOST_ACCOUNTS = 5;

export interface StatusFlags extends PlaceFlags {
  readonly json: boolean;
}

/** `spillway status`: whether it runs, where, what today has cost and how full the subscription is. Gives the exit code. */
export async function showStatus(
  deps: CliDeps,
  flags: StatusFlags,
): Promise<Result<number, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const opened = await openSource(deps, dataDir.value, flags);
  if (!opened.ok) return opened;
  await using source = opened.value;
  const nowMs = deps.clock.now();
  const from = startOfDay(new Date(nowMs));
  const [today, quota] = await Promise.all([
    source.usage({ from, to: nowMs + 1, by: "none" }),
    source.quota(),
  ]);
  if (!today.ok) return today;
  if (!quota.ok) return quota;
  const accounts = accountsOf(quota.value);
  if (accounts === undefined) return fail(cliFailure(1, "The quota has an unknown shape."));
  const { server } = source;
  const screen = screenOf(deps);
  if (flags.json) {
    screen.json({
      running: server !== undefined,
      data_dir: dataDir.value,
      server: server ?? null,
      today: today.value,
      quota: accounts,
    });
    return ok(server === undefined ? EXIT.nothing : EXIT.ok);
  }
  if (server === undefined) {
    screen.line(`${screen.paint("bold", "Spillway is not running.")} Start it with: npm start`);
    screen.line();
    screen.line(`  data      ${tildePath(dataDir.value, deps.homeDir)}`);
  } else {
    showServer(screen, server, { nowMs, homeDir: deps.homeDir });
  }
  showToday(screen, today.value);
  const { shown, others } = shownAccounts(accounts, MOST_ACCOUNTS);
  for (const account of shown) {
    showQuota(screen, account, { nowMs, homeDir: deps.homeDir, among: shown });
  }
  if (others > 0) screen.line(`  and ${counted(others, "account")} more: spillway status --json`);
  if (server?.pays !== undefined) showPays(screen, server.pays, nowMs);
  return ok(server === undefined ? EXIT.nothing : EXIT.ok);
}

function showServer(
  screen: Screen,
  server: ServerStatus,
  { nowMs, homeDir }: { readonly nowMs: number; readonly homeDir: string },
): void {
  const startedMs = Date.parse(server.started_at);
  const problem = server.accepting ? (server.not_ready ?? undefined) : "storing records fails";
  const state = problem === undefined ? "running" : "running, but takes no new requests";
  screen.line(screen.paint("bold", `Spillway ${server.version} is ${state}.`));
  screen.line();
  const since = `${dateTime(startedMs, nowMs)} (${spanText(nowMs - startedMs)}), process ${server.pid}`;
  const rows = [
    ["address", server.url],
    ["since", since],
    ["streams", `${server.open_streams} open`],
    ["data", tildePath(server.data_dir, homeDir)],
    ["config", server.config_file === null ? "no file" : tildePath(server.config_file, homeDir)],
    ...server.providers.map(({ id, origin, limits }) => [
      id,
      limits ? `${origin}, at most ${limitsText(limits)}` : origin,
    ]),
    ...(server.queues ?? []).map(({ provider, owner, running, waiting }) => [
      "queue",
      plainText(`${provider}: ${running} running, ${waiting} waiting (${owner})`),
    ]),
    ...(server.health ?? []).map((trouble) => ["left alone", plainText(troubleText(trouble))]),
  ];
  for (const line of table(rows, new Set())) screen.line(`  ${line}`);
  if (problem !== undefined) {
    screen.line();
    screen.line(
      screen.paint("red", `  Problem: ${plainText(problem)}. The server's log says more.`),
    );
  }
}

type Trouble = NonNullable<ServerStatus["health"]>[number];

/** What is left alone, for how long, and why. */
function troubleText({ provider, model, owner, state, for_seconds }: Trouble): string {
  const why = STATES[state] ?? state;
  const whose = owner === null ? "" : ` (${owner})`;
  const until = for_seconds > 0 ? `, for ${for_seconds} s` : "";
  return `${provider}/${model}${whose}: ${why}${until}`;
}

const STATES: Readonly<Record<string, string>> = {
  open: "it failed too often",
  half_open: "one request finds out whether it answers",
  cooling: "it asked to wait",
  dead: "the provider refuses the key",
};

type Limits = NonNullable<ServerStatus["providers"][number]["limits"]>;

/** What an upstream takes from one credential. */
function limitsText({ concurrency, requests_per_minute, tokens_per_minute }: Limits): string {
  const all = [
    [concurrency, "requests at a time"],
    [requests_per_minute, "requests a minute"],
    [tokens_per_minute, "tokens a minute"],
  ] as const;
  return all.flatMap(([limit, what]) => (limit === null ? [] : `${limit} ${what}`)).join(", ");
}

function showToday(screen: Screen, today: UsageView): void {
  screen.line();
  screen.line(`${screen.paint("bold", "Today")} (since 00:00)`);
  screen.line();
  if (today.books.length === 0) {
    screen.line("  No requests.");
    return;
  }
  booksTable(screen, today);
  usageLegend(screen, today);
}

function showQuota(
  screen: Screen,
  account: QuotaAccount,
  {
    nowMs,
    homeDir,
    among,
  }: {
    readonly nowMs: number;
    readonly homeDir: string;
    readonly among: readonly QuotaAccount[];
  },
): void {
  screen.line();
  const age = spanText(nowMs - Date.parse(account.observed_at));
  const title = screen.paint("bold", "Subscription limits");
  screen.line(`${title} (${accountName(account, { among, homeDir })}, as of ${age} ago)`);
  screen.line();
  if (account.overflow) {
    const { label, until } = account.overflow;
    const end = until === null ? "" : ` until ${dateTime(Date.parse(until), nowMs)}`;
    screen.line(screen.paint("yellow", `  Full: the stored key "${plainText(label)}" pays${end}`));
  }
  if (account.redirect)
    screen.line(screen.paint("yellow", `  ${redirectText(account.redirect, nowMs)}`));
  if (account.windows.length === 0) {
    screen.line("  None known: all windows have started anew.");
    return;
  }
  const rows = account.windows.map((row) => {
    const { window, used_percent: used, status, resets_at: resets } = row;
    return [
      plainText(window),
      used === null ? "?" : `${Math.round(used)}% used`,
      resets === null
        ? ""
        : `resets in ${spanText(Date.parse(resets) - nowMs)} (${weekdayTime(Date.parse(resets), nowMs)})`,
      forecastText(row, nowMs),
      status === null || status === "allowed" ? "" : plainText(status.replace(/^allowed_/, "")),
    ];
  });
  for (const [index, line] of table(rows, new Set([1])).entries()) {
    const window = account.windows[index];
    const style = window === undefined ? undefined : windowMark(window);
    screen.line(`  ${style === undefined ? line : screen.paint(style, line)}`);
  }
}
