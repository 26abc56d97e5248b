import { isObject, parseJson } from "../base/json.ts";
import { type AccountQuota, AccountQuotas, type QuotaNotices } from "./accounts.ts";
import { StatusFile } from "./status-file.ts";
import { makeStatusLine } from "./status-line.ts";
import { QuotaWatch } from "./watch.ts";

/** Where windows are kept between runs; the text is this folder's own. */
export interface KeptQuota {
  readonly account: string;
  /** Epoch milliseconds. */
  readonly observedAt: number;
  readonly json: string;
}

/** What the quota watch needs of the house. */
export interface QuotaOptions {
  /** Undefined: no status file is wanted. */
  readonly statusFile: string | undefined;
  readonly timeZone: string;
  readonly now: () => number;
  readonly kept: readonly KeptQuota[];
  readonly keep: (quota: KeptQuota) => void;
  readonly notices: QuotaNotices;
  readonly onFileError: (error: unknown) => void;
}

const MAX_BYTES = 256 * 1024;

/** Takes up what was known before and begins to watch. Disposing writes the status line that still waits. */
export function openQuota(options: QuotaOptions): { watch: QuotaWatch } & AsyncDisposable {
  const accounts = new AccountQuotas({ notices: options.notices });
  accounts.restore(options.kept.flatMap(fromKept));
  const statusFile =
    options.statusFile === undefined
      ? undefined
      : new StatusFile(options.statusFile, options.onFileError);
  const watch = new QuotaWatch({
    accounts,
    statusFile,
    statusLine: makeStatusLine(options.timeZone),
    keep: (quota) =>
      options.keep({
        account: quota.account,
        observedAt: quota.observedAtMs,
        json: JSON.stringify(quota),
      }),
    now: options.now,
  });
  return {
    watch,
    async [Symbol.asyncDispose]() {
      await statusFile?.flush();
    },
  };
}

/** Kept text is our own, but of any version: what does not fit is forgotten. */
export function fromKept(kept: KeptQuota): AccountQuota[] {
  const parsed = parseJson(kept.json, { maxBytes: MAX_BYTES });
  return parsed.ok && isAccountQuota(parsed.value) ? [parsed.value] : [];
}

function isAccountQuota(value: unknown): value is AccountQuota {
  return (
    isObject(value) &&
    typeof value["account"] === "string" &&
    typeof value["observedAtMs"] === "number" &&
    Array.isArray(value["windows"]) &&
    value["windows"].every((window) => isObject(window) && typeof window["window"] === "string") &&
    isObject(value["other"])
  );
}
