import type { Clock } from "../base/clock.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import { openInstallKey } from "../identity/install-key.ts";
import { KeyRing } from "../identity/keys/index.ts";
import type { Journal } from "../observe/journal.ts";
import { limitsLine } from "../observe/router-lines.ts";
import { BudgetGate } from "../policy/budget/index.ts";
import type { AccountDirectory } from "../quota/account-directories.ts";
import { openQuota } from "../quota/open.ts";
import type { QuotaWatch } from "../quota/watch.ts";
import type { ExchangeStore } from "../store/contract.ts";
import { openMasterKeys, openVault, type Vault } from "../vault/index.ts";
import { accountDirectories } from "./accounts.ts";
import { readKept } from "./kept.ts";

/** What outlives a process: each part takes up what earlier runs stored, and stores what changes. */
export interface State extends AsyncDisposable {
  readonly installKey: Secret;
  readonly keys: KeyRing;
  readonly vault: Vault;
  readonly budgets: BudgetGate;
  readonly quota: QuotaWatch;
}

/** Where state comes from and goes to. */
export interface StateOptions {
  readonly config: Config;
  readonly store: ExchangeStore;
  readonly clock: Clock;
  readonly journal: Journal;
}

/** Takes up where the last run ended. The refusal is for people. */
export async function openState(options: StateOptions): Promise<Result<State, string>> {
  const { config, store, clock } = options;
  const installKey = await openInstallKey(config.data.dir);
  if (!installKey.ok) return installKey;
  const read = await readKept(config.data.dir, clock.now());
  if (!read.ok) return fail(read.error.message);
  const kept = read.value;
  const masterKeys = await openMasterKeys({
    dataDir: config.data.dir,
    key: config.vault.masterKey,
    previous: config.vault.previousMasterKey,
  });
  if (!masterKeys.ok) return masterKeys;
  const vault = await openVault({
    masterKeys: masterKeys.value,
    records: kept.credentials,
    now: clock.now,
    save: async (record) => await store.saveCredential(record),
    remove: async (organisation, provider) => await store.removeCredential(organisation, provider),
  });
  if (!vault.ok) return vault;
  const keys = new KeyRing({
    records: kept.keys,
    installKey: installKey.value,
    now: clock.now,
    save: async (record) => await store.saveKey(record),
  });
  const directories = accountDirectories(config.quota.accounts, installKey.value);
  const quota = openWatch(options, kept.quota, directories);
  return ok({
    installKey: installKey.value,
    keys,
    vault: vault.value,
    budgets: new BudgetGate(kept.budgets),
    quota: quota.watch,
    [Symbol.asyncDispose]: () => quota[Symbol.asyncDispose](),
  });
}

function openWatch(
  { config, store, clock, journal }: StateOptions,
  kept: Parameters<typeof openQuota>[0]["kept"],
  directories: readonly AccountDirectory[],
) {
  return openQuota({
    statusFile: config.quota.statusFile,
    directories,
    timeZone: config.timeZone,
    now: clock.now,
    kept,
    keep: (quota) => store.saveQuota(quota),
    notices: {
      onFirstLimits: (fields) => journal("info", "quota.first_limits", limitsLine(fields)),
      onSilentAnswer: () =>
        journal(
          "warn",
          "quota.no_limits",
          "The answer to a message had no unified-utilization headers: how full the plan is stays unknown, so no status file tells of it and nothing is redirected. Something between here and Anthropic may leave them out.",
        ),
      onSecondAccount: () => {
        if (directories.length > 0) return;
        journal(
          "warn",
          "quota.second_account",
          "A second Anthropic account, or a refreshed login, uses this gateway; the status file shows whichever answered last. quota.accounts (CLAUDE_CONFIG_DIRS) tells accounts apart.",
        );
      },
    },
    onFileError: (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      journal("warn", "quota.status_file", `The quota status file cannot be written: ${reason}`);
    },
  });
}
