import type { ResponseSink, Transport, UpstreamCall, UpstreamRequest } from "./contract.ts";

/** A whole answer, or why there is none. */
export type WholeAnswer =
  | { readonly status: number; readonly body: Buffer }
  | { readonly failure: string };

const FRESH = { fresh: true } as const;

/** Sends one small request and gathers its answer. Never rejects; `signal` and the time-out close the connection. */
export async function askWhole(
  transport: Transport,
  request: UpstreamRequest,
  limits: {
    readonly timeoutMs: number;
    readonly maxBytes: number;
    readonly signal: AbortSignal;
  },
): Promise<WholeAnswer> {
  const { timeoutMs, maxBytes, signal } = limits;
  const done = Promise.withResolvers<WholeAnswer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status = 0;
  let call: UpstreamCall | undefined;
  const stop = (failure: string): void => {
    call?.abort();
    done.resolve({ failure });
  };
  const onAbort = (): void => stop("it was given up");
  signal.addEventListener("abort", onAbort);
  const timer = setTimeout(() => stop("it took too long"), timeoutMs);
  if (signal.aborted) onAbort();
  else {
    const sink: ResponseSink = {
      onHead: (head) => {
        status = head.status;
      },
      onData: (chunk) => {
        bytes += chunk.length;
        if (bytes > maxBytes) stop("its answer is too large");
        else chunks.push(chunk);
      },
      onEnd: () => done.resolve({ status, body: Buffer.concat(chunks) }),
      onFailure: ({ error, beforeResponse, onReusedConnection }) => {
        // A connection that was kept may have been closed just now.
        if (beforeResponse && onReusedConnection) call = transport.send(request, sink, FRESH);
        else done.resolve({ failure: error.code });
      },
    };
    call = transport.send(request, sink);
  }
  const answer = await done.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
  return answer;
}
