import type { HeaderList } from "../../base/header-list.ts";
import type { ResponseSink, Transport, UpstreamCall } from "./contract.ts";

/** What the provider says of a key. */
export interface KeyVerdict {
  /** Null: it could not be reached, or gave an answer that says neither yes nor no. */
  readonly verified: boolean | null;
  /** HTTP status of its answer, where there was one. */
  readonly status?: number;
}

const TIMEOUT_MS = 10_000;
/** A page of one model takes a few hundred bytes; a longer answer is not worth its connection. */
const MAX_BODY_BYTES = 64 * 1024;
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
  const done = Promise.withResolvers<void>();
  let status: number | undefined;
  let receivedBytes = 0;
  let call: UpstreamCall | undefined;
  const stop = () => {
    call?.abort();
    done.resolve();
  };
  const sink: ResponseSink = {
    onHead: (head) => {
      status = head.status;
    },
    onData: (chunk) => {
      receivedBytes += chunk.length;
      if (receivedBytes > MAX_BODY_BYTES) stop();
    },
    onEnd: () => done.resolve(),
    // A head that came has said what there was to say.
    onFailure: () => done.resolve(),
  };
  const timer = setTimeout(stop, TIMEOUT_MS);
  call = transport.send(
    {
      method: "GET",
      target,
      headers: [...FIELDS, ...fields],
      body: undefined,
    },
    sink,
    // One that was kept may be closed just now, which would look like no answer.
    { fresh: true },
  );
  await done.promise;
  clearTimeout(timer);
  return status === undefined
    ? { verified: null }
    : { verified: VERDICTS.get(status) ?? null, status };
}
