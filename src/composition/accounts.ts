import type { Clock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import { accountOf } from "../identity/principal.ts";
import type { Journal } from "../observe/journal.ts";
import { AccountDirectories, type AccountDirectory } from "../quota/account-directories.ts";
import { keychainLogins, readLoginFile } from "../quota/claude-login.ts";
import { readKeychain } from "../quota/keychain.ts";

/** Names an account for each configuration directory, which stays the same whoever is logged in there. */
export function accountDirectories(
  paths: readonly string[],
  installKey: Secret,
): readonly AccountDirectory[] {
  return paths.map((path) => ({
    path,
    account: accountOf(new Secret(`directory ${path}`), installKey),
  }));
}

export interface AccountsOptions {
  readonly paths: readonly string[];
  readonly installKey: Secret;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
}

/** Reads who is logged in where; undefined where accounts are told apart by their tokens alone. */
export async function openAccounts(
  options: AccountsOptions,
): Promise<AccountDirectories | undefined> {
  const { paths, installKey, clock, journal, platform, homeDir } = options;
  if (paths.length === 0) return undefined;
  const isMac = platform === "darwin";
  const accounts = new AccountDirectories({
    directories: accountDirectories(paths, installKey),
    hash: (token) => accountOf(token, installKey),
    readLogin: isMac
      ? keychainLogins(readKeychain, { homeDir, now: clock.monotonicMs })
      : readLoginFile,
    onSameLogin: (one, other) =>
      journal(
        "warn",
        "quota.same_login",
        `${one} and ${other} hold one login, so they count as one account: sign in to each of them apart, and let neither's .credentials.json be a link to the other's.`,
      ),
  });
  await accounts.look();
  for (const path of accounts.withoutLogin) {
    journal(
      "warn",
      "quota.no_login",
      `No login is found in ${path}: until there is one, its requests count as an account of their own and use the shared status file.`,
    );
  }
  return accounts;
}
