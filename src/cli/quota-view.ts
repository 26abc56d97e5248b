import { isObject } from "../base/json.ts";
import { plainText } from "../observe/terminal-line.ts";
import { dateTime, spanText } from "./commands/dates.ts";
import type { CapView } from "./source.ts";
import { type Mark, markOf } from "./statusline/mark.ts";
import { tildePath } from "./text.ts";

/** An account's limits as `/me/quota` answers them, as far as commands show them. */
export interface QuotaAccount {
  readonly account: string;
  /** Absent from older servers, like the directory. */
  readonly principal?: string;
  readonly directory?: string | null;
  readonly observed_at: string;
  readonly windows: readonly QuotaWindowView[];
  readonly overflow?: { readonly label: string; readonly until: string | null } | null;
  /** Absent from older servers, like the forecast. */
  readonly redirect?: {
    readonly to: string;
    readonly since: string;
    readonly until?: string;
    readonly reason: string;
  } | null;
}

export interface QuotaWindowView {
  readonly window: string;
  readonly used_percent: number | null;
  readonly status: string | null;
  readonly resets_at: string | null;
  readonly forecast?: {
    readonly burn_percent_per_hour: number;
    readonly runs_out_at: string | null;
  } | null;
}

/** Undefined where the answer has another shape. */
export function accountsOf(quota: unknown): readonly QuotaAccount[] | undefined {
  if (!isObject(quota) || !Array.isArray(quota["accounts"])) return undefined;
  const accounts: readonly unknown[] = quota["accounts"];
  return accounts.every(isAccount) ? accounts : undefined;
}

function isAccount(value: unknown): value is QuotaAccount {
  return (
    isObject(value) &&
    typeof value["account"] === "string" &&
    typeof value["observed_at"] === "string" &&
    Array.isArray(value["windows"]) &&
    value["windows"].every((window) => isObject(window) && typeof window["window"] === "string")
  );
}

/** `~/.claude2`, or `account 1a2b3c4d` where no directory is known for it; and whose it is, where several people use some. */
export function accountName(
  { account, principal = "", directory }: QuotaAccount,
  { among, homeDir }: { readonly among: readonly QuotaAccount[]; readonly homeDir: string },
): string {
  const name =
    directory === undefined || directory === null
      ? `account ${plainText(account)}`
      : plainText(tildePath(directory, homeDir));
  const isShared = among.some(({ principal: other = "" }) => other !== "" && other !== principal);
  return isShared && principal !== "" ? `${name} of ${plainText(principal)}` : name;
}

/**
 * The accounts worth a look, the newest first, and how many others there are. A login that is refreshed leaves an account
 * behind where no directory is known for it, so those of which nothing holds any more are left out while another has some.
 */
export function shownAccounts(
  accounts: readonly QuotaAccount[],
  most: number,
): { readonly shown: readonly QuotaAccount[]; readonly others: number } {
  const known = accounts.filter(({ windows }) => windows.length > 0);
  const worth = known.length > 0 ? known : accounts.slice(0, 1);
  return { shown: worth.slice(0, most), others: Math.max(0, worth.length - most) };
}

/** `full in 40m at 20%/h`, `lasts at 8%/h`; empty where there is no forecast. */
export function forecastText({ forecast }: QuotaWindowView, nowMs: number): string {
  if (!forecast) return "";
  const { burn_percent_per_hour: burn, runs_out_at: end } = forecast;
  const rate = `at ${burn < 10 ? burn.toFixed(1) : burn.toFixed(0)}%/h`;
  return end === null ? `lasts ${rate}` : `full in ${spanText(Date.parse(end) - nowMs)} ${rate}`;
}

/** `Redirected to litellm since 12:03, until 14:10 at the latest: 7d at 91%`. */
export function redirectText(
  { to, since, until, reason }: NonNullable<QuotaAccount["redirect"]>,
  nowMs: number,
): string {
  const from = dateTime(Date.parse(since), nowMs);
  const end =
    until === undefined ? "" : `, until ${dateTime(Date.parse(until), nowMs)} at the latest`;
  return `Redirected to ${plainText(to)} since ${from}${end}: ${plainText(reason)}`;
}

/** `1.2 of 10 USD a day used, 8.8 left`; what is not known is a question mark. */
export function capText({ amount, currency, period, used, remaining }: CapView): string {
  const left = remaining === undefined || remaining === null ? "?" : shortAmount(remaining);
  const spent = used === null ? "?" : shortAmount(used);
  return `${spent} of ${amount} ${currency} a ${period} used, ${left} left`;
}

/** Without the decimals that say nothing. */
function shortAmount(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

/** The same colours as in the status line. */
export function windowMark({ used_percent: used, status, forecast }: QuotaWindowView): Mark {
  return markOf({
    usedPercent: used ?? undefined,
    status: status ?? undefined,
    runsOut: typeof forecast?.runs_out_at === "string",
  });
}
