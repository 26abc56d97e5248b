import type { HeaderList } from "../../base/header-list.ts";
import type { Transport } from "./contract.ts";
import { getWhole } from "./get-whole.ts";

/** What the provider says of a key. */
export interface KeyVerdict {
  /** Null: it could not be reached, or gave an answer that says neither yes nor no. */
  readonly verified: boolean | null;
  /** HTTP status of its answer, where there was one. */
  readonly status?: number;
}

/** A page of one model takes a few hundred bytes; a longer answer is not worth its connection. */
const LIMITS = { timeoutMs: 10_000, maxBytes: 64 * 1024 } as const;
const FIELDS = ["accept", "application/json", "user-agent", "spillway"] as const;
const VERDICTS: ReadonlyMap<number, boolean> = new Map([
  [200, true],
  [401, false],
  [403, false],
]);

/**
 * Asks whether the provider takes a key, by a request that costs nothing. Its words are thrown away: they may quote the
 * key.
 */
export async function verifyKey(
  transport: Transport,
  /** A list that costs nothing, and the fields that carry the key. */
  { target, fields }: { readonly target: string; readonly fields: HeaderList },
): Promise<KeyVerdict> {
  // A head that came has said what there was to say.
  const { status } = await getWhole(transport, { target, headers: [...FIELDS, ...fields] }, LIMITS);
  return status === undefined
    ? { verified: null }
    : { verified: VERDICTS.get(status) ?? null, status };
}
