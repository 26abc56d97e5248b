/** An `owner` sees its organisation and may change it, a `member` sees what is its own (design R21). */
export type KeyRole = "owner" | "member";

/** Who pays for a request (design R2): the caller's session, the stored key, or the one after the other. */
export type PayMode = "session" | "inject" | "overflow";

/** Calendar periods; a week begins on Monday. */
export type BudgetPeriod = "day" | "week" | "month";

/** A limit of money for one calendar period. */
export interface BudgetRule {
  /** Plain decimal text, such as `500` or `12.50`, above zero. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly period: BudgetPeriod;
  /** IANA name of the zone by whose calendar the period begins. */
  readonly timeZone: string;
}

/** What a key allows and how its requests are paid for. */
export interface KeySettings {
  readonly budgets: readonly BudgetRule[];
  /** Requests a day that the stored key may be billed for; undefined is no limit. */
  readonly dailyRequests?: number | undefined;
  /** How fast the key may go, whoever pays; undefined is no limit. */
  readonly requestsPerMinute?: number | undefined;
  readonly tokensPerMinute?: number | undefined;
  /** Requests under way at a time, of the key and of each of its sessions. */
  readonly concurrency?: number | undefined;
  readonly sessionConcurrency?: number | undefined;
  /** By whose calendar the day of `dailyRequests` begins. */
  readonly timeZone: string;
  /** Model ids, `*` for any characters; empty allows all. */
  readonly models: readonly string[];
  readonly mode?: PayMode | undefined;
  /** `us_only` and its like. */
  readonly dataPolicy?: string | undefined;
}

/** A hash under which a key is found. */
export interface KeyHash {
  /** HMAC-SHA-256 in hex. */
  readonly hash: string;
  /** Epoch milliseconds at which a secret that was rotated out ends; undefined for the current one. */
  readonly validUntil?: number | undefined;
}

/** A virtual key as it is kept: nothing of it can be turned back into the key. */
export interface KeyRecord {
  /** `key_` and 26 characters. */
  readonly id: string;
  readonly organisation: string;
  /** To whom its requests are attributed. */
  readonly principal: string;
  readonly name: string;
  readonly role: KeyRole;
  /** What lists show: the beginning and the end of the secret. */
  readonly mask: string;
  /** Epoch milliseconds, all of them. */
  readonly createdAt: number;
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
  readonly settings: KeySettings;
  readonly hashes: readonly KeyHash[];
}

/** A provider's key that an organisation stored, sealed by `vault`. */
export interface CredentialRecord {
  readonly organisation: string;
  /** `anthropic`. */
  readonly provider: string;
  readonly label: string;
  readonly mask: string;
  /** JSON text that only `vault` reads. */
  readonly envelope: string;
  /** Whether requests with a session overflow to it although nothing else asks for that. */
  readonly overflow: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}
