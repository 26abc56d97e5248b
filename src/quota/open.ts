import { AccountQuotas, type QuotaNotices } from "./accounts.ts";
import { StatusFile } from "./status-file.ts";
import { makeStatusLine } from "./status-line.ts";
import { fromStored, toStored } from "./stored.ts";
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

/** Takes up what was known before and begins to watch. Disposing writes the status line that still waits. */
export function openQuota(options: QuotaOptions): { watch: QuotaWatch } & AsyncDisposable {
  const accounts = new AccountQuotas({ notices: options.notices });
  accounts.restore(
    options.kept.flatMap(({ json }) => {
      const quota = fromStored(json);
      return quota === undefined ? [] : [quota];
    }),
  );
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
        json: toStored(quota),
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
