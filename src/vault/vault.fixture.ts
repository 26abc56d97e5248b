import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { Secret } from "../base/secret.ts";
import type { CredentialRecord } from "../store/key-record.ts";
import { openMasterKeys } from "./master-keys.ts";
import { type NewCredential, openVault, type Vault } from "./vault.ts";

export const CANARY = "sk-ant-api03-CanaryCanaryCanaryCanaryCanary-wxyz";

/** Keys of the environment, as text. */
export interface EnvironmentKeys {
  readonly key?: string;
  readonly previous?: string;
}

/** A data directory with what a store would keep in it. */
export class Home implements AsyncDisposable {
  readonly dataDir: string;
  readonly rows = new Map<string, CredentialRecord>();
  /** Called before a record is taken; false refuses it. */
  onSave: (record: CredentialRecord) => boolean | Promise<boolean> = () => true;
  onRemove: () => boolean = () => true;
  nowMs = Date.parse("2026-11-24T12:00:00Z");

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  static async open(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), "spillway-vault-")));
  }

  get keyFile(): string {
    return join(this.dataDir, "master.key");
  }

  get records(): readonly CredentialRecord[] {
    return [...this.rows.values()];
  }

  /** Starts a vault over what is kept, as a new process would. */
  async tryToStart(env: EnvironmentKeys = {}): Promise<Result<Vault, string>> {
    const { key, previous } = env;
    const masterKeys = await openMasterKeys({
      dataDir: this.dataDir,
      key: key === undefined ? undefined : new Secret(key),
      previous: previous === undefined ? undefined : new Secret(previous),
    });
    if (!masterKeys.ok) return masterKeys;
    return await openVault({
      masterKeys: masterKeys.value,
      records: this.records,
      now: () => this.nowMs,
      save: (record) => this.#save(record),
      remove: async (organisation, provider) => {
        if (!this.onRemove()) return fail(FULL);
        this.rows.delete(`${organisation}/${provider}`);
        return ok(undefined);
      },
    });
  }

  async start(env: EnvironmentKeys = {}): Promise<Vault> {
    const vault = await this.tryToStart(env);
    assert.ok(vault.ok, vault.ok ? "" : vault.error);
    return vault.value;
  }

  async refusal(env: EnvironmentKeys = {}): Promise<string> {
    const vault = await this.tryToStart(env);
    assert.ok(!vault.ok);
    return vault.error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dataDir, { recursive: true });
  }

  async #save(record: CredentialRecord): Promise<Result<void, GatewayError>> {
    if (!(await this.onSave(record))) return fail(FULL);
    this.rows.set(`${record.organisation}/${record.provider}`, record);
    return ok(undefined);
  }
}

export function newCredential(more: Partial<NewCredential> = {}): NewCredential {
  return {
    organisation: "local",
    provider: "anthropic",
    key: new Secret(CANARY),
    label: "default",
    overflow: undefined,
    ...more,
  };
}

const FULL = gatewayError("accounting_unavailable", "The disk is full");
