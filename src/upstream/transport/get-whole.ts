import type { ResponseSink, Transport, UpstreamCall } from "./contract.ts";

/** Path and query, and every field to send. */
export interface GetRequest {
  readonly target: string;
  readonly headers: readonly string[];
}

export interface GetLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** What there was of an answer. */
export interface GetAnswer {
  /** Undefined: there was no answer in time. */
  readonly status: number | undefined;
  /** Undefined: it did not come whole. */
  readonly body: Buffer | undefined;
}

/** Asks for something small, outside of any exchange, and waits for the whole of it. */
export async function getWhole(
  transport: Transport,
  { target, headers }: GetRequest,
  { timeoutMs, maxBytes }: GetLimits,
): Promise<GetAnswer> {
  const done = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let status: number | undefined;
  let receivedBytes = 0;
  let call: UpstreamCall | undefined;
  const stop = (): void => {
    call?.abort();
    done.resolve(undefined);
  };
  const sink: ResponseSink = {
    onHead: (head) => {
      status = head.status;
    },
    onData: (chunk) => {
      receivedBytes += chunk.length;
      if (receivedBytes > maxBytes) stop();
      else chunks.push(chunk);
    },
    onEnd: () => done.resolve(Buffer.concat(chunks)),
    onFailure: () => done.resolve(undefined),
  };
  const timer = setTimeout(stop, timeoutMs);
  call = transport.send(
    { method: "GET", target, headers: [...headers], body: undefined },
    sink,
    // One that was kept may be closed just now, which would look like no answer.
    { fresh: true },
  );
  const body = await done.promise;
  clearTimeout(timer);
  return { status, body };
}
