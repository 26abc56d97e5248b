import type { HeaderList } from "../../base/header-list.ts";
import { askWhole } from "./ask-whole.ts";
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

/** What is asked where no list tells: see `KeyQuestion`. */
interface Question {
  readonly body: string;
  readonly readVerdict: (status: number, body: string) => boolean | null;
}

/**
 * Asks whether the provider takes a key, by a request that costs nothing. Its words are thrown away: they may quote the
 * key.
 */
export async function verifyKey(
  transport: Transport,
  /** A list that costs nothing, and the fields that carry the key. */
  {
    target,
    fields,
    question,
  }: {
    readonly target: string;
    readonly fields: HeaderList;
    readonly question?: Question | undefined;
  },
): Promise<KeyVerdict> {
  const headers = [...FIELDS, ...fields];
  if (question !== undefined) return await ask(transport, { target, headers }, question);
  // A head that came has said what there was to say.
  const { status } = await getWhole(transport, { target, headers }, LIMITS);
  return status === undefined
    ? { verified: null }
    : { verified: VERDICTS.get(status) ?? null, status };
}

async function ask(
  transport: Transport,
  { target, headers }: { readonly target: string; readonly headers: readonly string[] },
  { body, readVerdict }: Question,
): Promise<KeyVerdict> {
  const request = {
    method: "POST",
    target,
    headers: [...headers, "content-type", "application/json"],
    body: Buffer.from(body),
  };
  const { signal } = new AbortController();
  const answer = await askWhole(transport, request, { ...LIMITS, signal });
  if ("failure" in answer) return { verified: null };
  const { status } = answer;
  return { verified: readVerdict(status, answer.body.toString("utf8")), status };
}
