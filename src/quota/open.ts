import { join } from "node:path";
import type { AccountDirectory } from "./account-directories.ts";
import { AccountQuotas, type QuotaNotices } from "./accounts.ts";
import { type FirstAnswerNotices, FirstAnswers } from "./first-answers.ts";
import { StatusFile } from "./status-file.ts";
import { makeStatusLine } from "./status-line.ts";
import { fromStored, type KeptQuota, toStored } from "./stored.ts";
import { QuotaWatch } from "./watch.ts";

/** What the quota watch needs of the house. */
export interface QuotaOptions {
  /** Undefined: no status file is wanted. */
  readonly statusFile: string | undefined;
  /** Accounts with a directory, and so a file, of their own. */
  readonly directories: readonly AccountDirectory[];
  readonly timeZone: string;
  readonly now: () => number;
  readonly kept: readonly KeptQuota[];
  readonly keep: (quota: KeptQuota) => void;
  readonly notices: QuotaNotices & FirstAnswerNotices;
  readonly onFileError: (error: unknown) => void;
}

/** Takes up what was known before and begins to watch. Disposing writes the status line that still waits. */
export function openQuota(options: QuotaOptions): { watch: QuotaWatch } & AsyncDisposable {
  const accounts = new AccountQuotas({ notices: options.notices });
  accounts.restore(options.kept.flatMap((kept) => fromStored(kept) ?? []));
  const files = openFiles(options);
  const paths = new Map(options.directories.map(({ account, path }) => [account, path]));
  const watch = new QuotaWatch({
    accounts,
    firstAnswers: new FirstAnswers(options.notices),
    statusFileOf: (account) => files.own.get(account) ?? files.shared,
    statusLine: makeStatusLine(options.timeZone),
    directoryOf: (account) => paths.get(account),
    keep: (quota) => options.keep(toStored(quota, paths.get(quota.account))),
    now: options.now,
  });
  return {
    watch,
    async [Symbol.asyncDispose]() {
      await Promise.all(files.all.map((file) => file.flush()));
    },
  };
}

const OWN_FILE = "usage-status.md";

/** What is nobody's own goes into the shared file, unless that is somebody's own. */
function openFiles({ statusFile, directories, onFileError }: QuotaOptions) {
  const own = new Map<string, StatusFile>();
  if (statusFile === undefined) return { own, shared: undefined, all: [] };
  let isTaken = false;
  for (const { path, account } of directories) {
    const file = join(path, OWN_FILE);
    isTaken ||= file === statusFile;
    own.set(account, new StatusFile(file, onFileError, { followsLinks: false }));
  }
  const shared = isTaken ? undefined : new StatusFile(statusFile, onFileError);
  return { own, shared, all: [...own.values(), ...(shared === undefined ? [] : [shared])] };
}
