import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../base/errors.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { declaredLength } from "./headers.ts";

/** A request body: none, whole in memory, or a stream that is passed on as it comes (design R10). */
export type RequestBody =
  | { readonly kind: "none" }
  | HeldBody
  | {
      readonly kind: "stream";
      /** Begins to read; to be called once. */
      readonly open: () => AsyncIterable<Buffer>;
      /** Undefined: chunked. */
      readonly lengthBytes: number | undefined;
    };

const RETRY_AFTER_MS = 1_000;

/** Counts the bytes of all held bodies. Owned by the exchange runner, one per process. */
export class HeldBytes {
  #used = 0;

  get used(): number {
    return this.#used;
  }

  /** Returns false, and takes nothing, when `limitBytes` would be passed. */
  take(bytes: number, limitBytes: number): boolean {
    if (this.#used + bytes > limitBytes) return false;
    this.#used += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#used -= bytes;
  }
}

/** A body that is whole in memory until the first response byte, or the end of the exchange, drops it. */
export class HeldBody {
  readonly kind = "held";
  readonly lengthBytes: number;
  readonly #held: HeldBytes;
  #bytes: Buffer | undefined;

  /** `held` has taken the bytes already. */
  constructor(bytes: Buffer, held: HeldBytes) {
    this.lengthBytes = bytes.length;
    this.#bytes = bytes;
    this.#held = held;
  }

  /** Undefined once dropped. */
  get bytes(): Buffer | undefined {
    return this.#bytes;
  }

  drop(): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#held.release(this.lengthBytes);
  }
}

/** Limits for held bodies, in bytes. */
export interface BodyLimits {
  readonly bodyBytes: number;
  readonly heldBytes: number;
}

/** Describes a body that nothing needs to see first. */
export function streamBody(request: IncomingMessage): RequestBody {
  const lengthBytes = declaredLength(request.rawHeaders);
  if (lengthBytes === 0) return { kind: "none" };
  if (lengthBytes === undefined && request.headers["transfer-encoding"] === undefined) {
    return { kind: "none" };
  }
  return { kind: "stream", open: () => chunksOf(request), lengthBytes };
}

/**
 * Reads a body into memory; one that is larger than the limit becomes a stream again, with what was read in front.
 * The caller drops a held body. Fails with `held_bodies_full`, or `client_closed` when the client leaves.
 */
export async function holdBody(
  request: IncomingMessage,
  limits: BodyLimits,
  held: HeldBytes,
): Promise<Result<RequestBody, GatewayError>> {
  const body = streamBody(request);
  if (body.kind !== "stream") return ok(body);
  if (body.lengthBytes !== undefined && body.lengthBytes > limits.bodyBytes) return ok(body);
  return body.lengthBytes === undefined
    ? await holdChunked(request, limits, held)
    : await holdDeclared(request, body.lengthBytes, limits, held);
}

async function holdDeclared(
  request: IncomingMessage,
  lengthBytes: number,
  limits: BodyLimits,
  held: HeldBytes,
): Promise<Result<RequestBody, GatewayError>> {
  if (!held.take(lengthBytes, limits.heldBytes)) return fail(full());
  const bytes = Buffer.allocUnsafeSlow(lengthBytes);
  let filled = 0;
  const complete = await readAll(request, (chunk) => {
    filled += chunk.copy(bytes, filled);
    return true;
  });
  if (complete) return ok(new HeldBody(bytes, held));
  held.release(lengthBytes);
  return fail(clientClosed());
}

async function holdChunked(
  request: IncomingMessage,
  limits: BodyLimits,
  held: HeldBytes,
): Promise<Result<RequestBody, GatewayError>> {
  const chunks: Buffer[] = [];
  let size = 0;
  let refused = false;
  const complete = await readAll(request, (chunk) => {
    chunks.push(chunk);
    if (!held.take(chunk.length, limits.heldBytes)) {
      refused = true;
      return false;
    }
    size += chunk.length;
    return size <= limits.bodyBytes;
  });
  if (complete) return ok(new HeldBody(Buffer.concat(chunks, size), held));
  held.release(size);
  if (refused) return fail(full());
  if (size <= limits.bodyBytes) return fail(clientClosed());
  return ok({ kind: "stream", open: () => prepend(chunks, request), lengthBytes: undefined });
}

/** An upstream that fails must not take the client's connection with it: the client is still owed an answer. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
}

async function* prepend(
  chunks: readonly Buffer[],
  request: IncomingMessage,
): AsyncGenerator<Buffer> {
  yield* chunks;
  yield* chunksOf(request);
}

/** Resolves true at the end of the body, false when `onChunk` asked to stop (paused) or the client left. */
function readAll(request: IncomingMessage, onChunk: (chunk: Buffer) => boolean): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const settle = (complete: boolean): void => {
    request.off("data", onData);
    request.off("end", onEnd);
    request.off("close", onClose);
    resolve(complete);
  };
  const onData = (chunk: Buffer): void => {
    if (onChunk(chunk)) return;
    request.pause();
    settle(false);
  };
  const onEnd = (): void => settle(true);
  const onClose = (): void => settle(false);
  request.on("data", onData);
  request.on("end", onEnd);
  request.on("close", onClose);
  return promise;
}

function full(): GatewayError {
  return gatewayError(
    "held_bodies_full",
    "Too many request bodies are in flight here; repeat in a second",
    { retryAfterMs: RETRY_AFTER_MS },
  );
}

function clientClosed(): GatewayError {
  return gatewayError("client_closed", "The client left while it was sending its request");
}
