import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { CredentialRecord } from "../store/key-record.ts";
import { type EnvelopeFailure, openEnvelope, type SealedFor, sealEnvelope } from "./envelope.ts";
import { maskCredential } from "./mask.ts";
import type { MasterKeys } from "./master-keys.ts";
import type { StoredCredential } from "./stored-credential.ts";

export interface VaultOptions {
  readonly masterKeys: MasterKeys;
  /** Stores a record for good; what it refuses is not taken over. */
  readonly save: (record: CredentialRecord) => Promise<Result<void, GatewayError>>;
  readonly remove: (organisation: string, provider: string) => Promise<Result<void, GatewayError>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What is to be stored. */
export interface NewCredential extends SealedFor {
  readonly key: Secret;
  readonly label: string;
  /** Undefined: as it was, and false at first. */
  readonly overflow: boolean | undefined;
}

type Changed<T> = Promise<Result<T, GatewayError>>;

/**
 * Opens every stored credential, and seals by the current master key what an earlier one had sealed: after a change of
 * the environment's key, or a rotation that was broken off. The refusal is for people.
 */
export async function openVault(
  options: VaultOptions & { readonly records: readonly CredentialRecord[] },
): Promise<Result<Vault, string>> {
  const { masterKeys, records } = options;
  const opened: StoredCredential[] = [];
  const stale: StoredCredential[] = [];
  for (const record of records) {
    const { envelope, ...facts } = record;
    const content = openEnvelope(envelope, record, (id) => masterKeys.find(id));
    if (!content.ok) return fail(explain(record, content.error, masterKeys));
    const credential = { ...facts, secret: content.value.secret };
    opened.push(credential);
    if (!masterKeys.isCurrent(content.value.master)) stale.push(credential);
  }
  const vault = new Vault(options, opened);
  const moved = await vault.finishRotation(stale);
  return moved.ok ? ok(vault) : fail(`${moved.error.message}. Nothing is lost; start again`);
}

/**
 * The providers' keys that organisations stored: sealed in the store, open in memory as `Secret` alone. A change holds
 * for the next request, as soon as it is stored.
 */
export class Vault {
  readonly #options: VaultOptions;
  /** By organisation, then provider. */
  readonly #credentials = new Map<string, Map<string, StoredCredential>>();
  /** Changes one after the other, so that none undoes another. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: VaultOptions, credentials: readonly StoredCredential[]) {
    this.#options = options;
    for (const credential of credentials) this.#put(credential);
  }

  find(organisation: string, provider: string): StoredCredential | undefined {
    return this.#credentials.get(organisation)?.get(provider);
  }

  /** By provider. */
  list(organisation: string): readonly StoredCredential[] {
    return [...(this.#credentials.get(organisation)?.values() ?? [])].toSorted((a, b) =>
      a.provider < b.provider ? -1 : 1,
    );
  }

  /** Stores a key, in the place of the one that the organisation had for this provider. */
  set({ organisation, provider, key, label, overflow }: NewCredential): Changed<StoredCredential> {
    return this.#inTurn(async () => {
      const before = this.find(organisation, provider);
      const nowMs = this.#options.now();
      const credential: StoredCredential = {
        organisation,
        provider,
        label,
        mask: maskCredential(key.reveal()),
        overflow: overflow ?? before?.overflow ?? false,
        secret: key,
        createdAt: before?.createdAt ?? nowMs,
        updatedAt: nowMs,
      };
      const saved = await this.#seal(credential);
      if (!saved.ok) return saved;
      this.#put(credential);
      return ok(credential);
    });
  }

  /** `not_found` where nothing is stored. */
  remove(organisation: string, provider: string): Changed<void> {
    return this.#inTurn(async () => {
      if (this.find(organisation, provider) === undefined) return fail(NOTHING_STORED);
      const removed = await this.#options.remove(organisation, provider);
      if (removed.ok) this.#credentials.get(organisation)?.delete(provider);
      return removed;
    });
  }

  /**
   * Seals everything by a new master key. The old one is kept until the last record is stored, so a crash at any point
   * loses nothing: the next start, or the next rotation, finishes it.
   */
  rotateMasterKey(): Changed<{ readonly resealed: number }> {
    return this.#inTurn(async () => {
      const { masterKeys } = this.#options;
      if (!masterKeys.isReplaceable) return fail(NOT_OURS);
      const added = masterKeys.hasOlder ? ok(undefined) : await masterKeys.addNewest();
      if (!added.ok) return added;
      const credentials = [...this.#credentials.values()].flatMap((held) => [...held.values()]);
      const finished = await this.finishRotation(credentials);
      return finished.ok ? ok({ resealed: credentials.length }) : finished;
    });
  }

  /** Seals these by the current master key; then nothing needs the older ones. */
  async finishRotation(stale: readonly StoredCredential[]): Changed<void> {
    for (const credential of stale) {
      const saved = await this.#seal(credential);
      if (!saved.ok) return saved;
    }
    return await this.#options.masterKeys.dropOlder();
  }

  async #seal({ secret, ...facts }: StoredCredential): Changed<void> {
    const master = await this.#options.masterKeys.current();
    if (!master.ok) return master;
    const envelope = sealEnvelope(secret, facts, master.value);
    return await this.#options.save({ ...facts, envelope });
  }

  #put(credential: StoredCredential): void {
    const { organisation, provider } = credential;
    const held = this.#credentials.get(organisation) ?? new Map<string, StoredCredential>();
    held.set(provider, credential);
    this.#credentials.set(organisation, held);
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => {});
    return turn;
  }
}

function explain(
  { organisation, provider }: CredentialRecord,
  failure: EnvelopeFailure,
  masterKeys: MasterKeys,
): string {
  const what = `The ${provider} key that the organisation ${organisation} stored cannot be opened`;
  return failure.kind === "other_key"
    ? `${what}: it is sealed by the master key ${failure.master}, which is not here. ${masterKeys.describePlaces()}`
    : `${what}: its record is damaged, or was copied from another organisation. Put the database back from a backup`;
}

const NOTHING_STORED = gatewayError(
  "not_found",
  "Your organisation has no key stored for this provider",
);
const NOT_OURS = gatewayError(
  "invalid_body",
  "The master key comes from SPILLWAY_MASTER_KEY, and is changed there: set it to a new key, SPILLWAY_MASTER_KEY_PREVIOUS to the old one, and restart",
);
