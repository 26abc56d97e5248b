import { createHmac, type KeyObject } from "node:crypto";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { IdSource } from "../../base/ids.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import type { Secret } from "../../base/secret.ts";
import type { KeyRecord, KeyRole, KeySettings } from "../../store/key-record.ts";
import { deriveKey } from "../derive-key.ts";
import { isKeyShaped, maskKey, mintSecret } from "./secret-format.ts";

/** A key as everybody but the store sees it. */
export type VirtualKey = Omit<KeyRecord, "hashes">;

/** What a new key is to be. */
export interface NewKey {
  readonly organisation: string;
  readonly name: string;
  /** Undefined: the name. */
  readonly principal?: string | undefined;
  /** Undefined: owner where the organisation has no active key, else member (design R21). */
  readonly role?: KeyRole | undefined;
  /** Epoch milliseconds; undefined: never. */
  readonly expiresAt?: number | undefined;
  readonly settings: KeySettings;
}

/** What is to be different; absent fields stay. */
export interface KeyChange {
  readonly name?: string | undefined;
  readonly principal?: string | undefined;
  readonly role?: KeyRole | undefined;
  /** Null: never. */
  readonly expiresAt?: number | null | undefined;
  readonly settings?: Partial<KeySettings> | undefined;
}

/** A key and its secret, which is shown this once. */
export interface MintedKey {
  readonly key: VirtualKey;
  readonly secret: Secret;
}

export interface KeyRingOptions {
  readonly records: readonly KeyRecord[];
  readonly installKey: Secret;
  readonly now: () => number;
  /** Stores a record for good; what it refuses is not taken over. */
  readonly save: (record: KeyRecord) => Promise<Result<void, GatewayError>>;
}

/** Ended secrets that are still told from strangers', so that their users hear of the rotation. */
const MAX_REPLACED = 20;

type Changed<T> = Promise<Result<T, GatewayError>>;

/**
 * All virtual keys of this installation, found by a keyed hash: the keys themselves are nowhere. A change holds for the
 * next request, as soon as it is stored.
 *
 * How long a look-up takes tells nothing about how much of a key is right: what is compared is an HMAC under a key that
 * the caller does not have.
 */
export class KeyRing {
  readonly #options: KeyRingOptions;
  /** Not a buffer, of which every hash would make a key object anew: 11 us instead of 1.5. */
  readonly #hashKey: KeyObject;
  readonly #ids: IdSource;
  readonly #byId = new Map<string, KeyRecord>();
  readonly #byHash = new Map<string, KeyRecord>();
  /** Changes one after the other, so that none undoes another. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#hashKey = deriveKey(options.installKey, "spillway virtual keys");
    this.#ids = new IdSource("key_", options.now);
    for (const record of options.records) this.#put(record);
  }

  /** The key behind a secret; `key_unknown`, `key_revoked` or `key_expired`. */
  find(value: string): Result<VirtualKey, GatewayError> {
    const record = isKeyShaped(value) ? this.#byHash.get(this.#hash(value)) : undefined;
    if (record === undefined) return fail(UNKNOWN);
    const nowMs = this.#options.now();
    if (record.revokedAt !== undefined) return fail(REVOKED);
    if (record.expiresAt !== undefined && record.expiresAt <= nowMs) return fail(EXPIRED);
    // Most keys were never rotated, and have one hash that has no end.
    if (record.hashes.length === 1) return ok(record);
    const hash = this.#hash(value);
    const known = record.hashes.find((candidate) => candidate.hash === hash);
    if (known === undefined) return fail(UNKNOWN);
    const { validUntil } = known;
    return validUntil !== undefined && validUntil <= nowMs ? fail(REVOKED) : ok(record);
  }

  get(id: string): VirtualKey | undefined {
    return this.#byId.get(id);
  }

  /** Newest first. */
  list(organisation?: string): readonly VirtualKey[] {
    return [...this.#byId.values()]
      .filter((key) => organisation === undefined || key.organisation === organisation)
      .toSorted((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** By id, or by name among the active keys and then the others of an organisation; `not_found`. */
  resolve(idOrName: string, organisation: string): Result<VirtualKey, GatewayError> {
    const keys = this.list(organisation);
    const named = keys.filter((key) => sameName(key.name, idOrName));
    const found =
      keys.find(({ id }) => id === idOrName) ??
      named.find((key) => this.#isActive(key)) ??
      named[0];
    return found === undefined
      ? fail(gatewayError("not_found", "There is no key of that id or name"))
      : ok(found);
  }

  create(request: NewKey): Changed<MintedKey> {
    return this.#inTurn(async () => {
      const { organisation, name, settings } = request;
      if (this.#isTaken(name, organisation, undefined)) return fail(TAKEN);
      const secret = mintSecret();
      const isFirst = !this.list(organisation).some((key) => this.#isActive(key));
      const record: KeyRecord = {
        id: this.#ids.next(),
        organisation,
        name,
        principal: request.principal ?? name,
        role: request.role ?? (isFirst ? "owner" : "member"),
        mask: maskKey(secret.reveal()),
        createdAt: this.#options.now(),
        expiresAt: request.expiresAt,
        settings,
        hashes: [{ hash: this.#hash(secret.reveal()) }],
      };
      const saved = await this.#save(record);
      return saved.ok ? ok({ key: record, secret }) : saved;
    });
  }

  /** `invalid_body` for a revoked key, and where the organisation's keys would be left without an owner. */
  update(id: string, change: KeyChange): Changed<VirtualKey> {
    return this.#change(id, (record) => {
      if (record.revokedAt !== undefined) return fail(STAYS_REVOKED);
      const { expiresAt } = change;
      const changed: KeyRecord = {
        ...record,
        name: change.name ?? record.name,
        principal: change.principal ?? record.principal,
        role: change.role ?? record.role,
        expiresAt: expiresAt === undefined ? record.expiresAt : (expiresAt ?? undefined),
        settings: { ...record.settings, ...change.settings },
      };
      // Also without a new name: the name of an expired key may have gone to another one before it is extended.
      if (this.#isActive(changed) && this.#isTaken(changed.name, changed.organisation, id)) {
        return fail(TAKEN);
      }
      return this.#leavesNoOwner(record, changed) ? fail(LAST_OWNER) : ok(changed);
    });
  }

  /** Gives a key a new secret. The ones before work for `overlapMs` more, or as long as they had left. */
  async rotate(id: string, { overlapMs }: { readonly overlapMs: number }): Changed<MintedKey> {
    const secret = mintSecret();
    const nowMs = this.#options.now();
    const changed = await this.#change(id, (record) => {
      if (record.revokedAt !== undefined) return fail(STAYS_REVOKED);
      const end = nowMs + overlapMs;
      const replaced = record.hashes
        .slice(0, MAX_REPLACED)
        .map(({ hash, validUntil }) => ({ hash, validUntil: Math.min(validUntil ?? end, end) }));
      const hashes = [{ hash: this.#hash(secret.reveal()) }, ...replaced];
      return ok({ ...record, mask: maskKey(secret.reveal()), hashes });
    });
    return changed.ok ? ok({ key: changed.value, secret }) : changed;
  }

  /** Ends a key for good. Never refused, also for the last owner: a key that leaked must go at once. */
  revoke(id: string): Changed<VirtualKey> {
    return this.#change(id, (record) =>
      ok({ ...record, revokedAt: record.revokedAt ?? this.#options.now() }),
    );
  }

  #change(
    id: string,
    make: (record: KeyRecord) => Result<KeyRecord, GatewayError>,
  ): Changed<VirtualKey> {
    return this.#inTurn(async () => {
      const record = this.#byId.get(id);
      if (record === undefined) return fail(gatewayError("not_found", "There is no such key"));
      const made = make(record);
      if (!made.ok) return made;
      const saved = await this.#save(made.value);
      return saved.ok ? ok(made.value) : saved;
    });
  }

  async #save(record: KeyRecord): Promise<Result<void, GatewayError>> {
    const saved = await this.#options.save(record);
    if (saved.ok) this.#put(record);
    return saved;
  }

  #put(record: KeyRecord): void {
    for (const { hash } of this.#byId.get(record.id)?.hashes ?? []) this.#byHash.delete(hash);
    this.#byId.set(record.id, record);
    for (const { hash } of record.hashes) this.#byHash.set(hash, record);
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#lastChange.then(change);
    this.#lastChange = turn.catch(() => {});
    return turn;
  }

  #isTaken(name: string, organisation: string, exceptId: string | undefined): boolean {
    return this.list(organisation).some(
      (key) => key.id !== exceptId && sameName(key.name, name) && this.#isActive(key),
    );
  }

  /** Keys that nobody but the machine's own user could manage any more. */
  #leavesNoOwner(before: VirtualKey, after: VirtualKey): boolean {
    if (before.role !== "owner" || after.role === "owner" || !this.#isActive(before)) return false;
    const others = this.list(before.organisation).filter(
      (key) => key.id !== before.id && this.#isActive(key),
    );
    return others.length > 0 && others.every(({ role }) => role !== "owner");
  }

  #isActive({ revokedAt, expiresAt }: VirtualKey): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.#options.now());
  }

  #hash(value: string): string {
    return createHmac("sha256", this.#hashKey).update(value).digest("hex");
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** One answer for everything that was never a key here: its shape tells nothing. */
const UNKNOWN = gatewayError(
  "key_unknown",
  "This Spillway key is not known here. Check it, or leave it out",
);
const REVOKED = gatewayError("key_revoked", "This Spillway key was revoked. Ask for a new one");
const EXPIRED = gatewayError(
  "key_expired",
  "This Spillway key has expired. An owner can extend it, or make a new one",
);
const STAYS_REVOKED = gatewayError(
  "invalid_body",
  "This key is revoked and stays so. Create a new one",
);
const LAST_OWNER = gatewayError(
  "invalid_body",
  'The field "role": this is the last active owner. Make another key an owner first',
);
const TAKEN = gatewayError("name_taken", "Another active key has this name. Choose another name");
