import type { IncomingMessage } from "node:http";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import type { HeaderList } from "../../base/header-list.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { declaredLength } from "../headers.ts";

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
      /** Lets go of what was read in front, where there is any. */
      readonly drop: () => void;
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
  /** Of what can be read: a packed body is larger than it looks. */
  readonly plainBytes: number;
  /** It came with a content-encoding. */
  readonly isPacked: boolean;
  readonly #held: HeldBytes;
  #parts: readonly Buffer[];
  #plain: Result<readonly Buffer[], GatewayError>;
  readonly #isUnpacked: boolean;
  #dropped = false;
  #rewritten: { readonly fields: HeaderList } | undefined;

  /**
   * `held` has taken the bytes already, and those of `unpacked`. The parts are as they arrived: joining them would copy the
   * whole for nothing.
   */
  constructor(
    parts: readonly Buffer[],
    lengthBytes: number,
    held: HeldBytes,
    unpacked?: Result<Buffer, GatewayError>,
  ) {
    this.lengthBytes = lengthBytes;
    this.#parts = parts;
    this.#held = held;
    this.isPacked = unpacked !== undefined;
    this.#isUnpacked = unpacked?.ok === true;
    this.#plain = unpacked?.ok === false ? unpacked : ok(unpacked ? [unpacked.value] : parts);
    this.plainBytes = unpacked?.ok === true ? unpacked.value.length : lengthBytes;
  }

  /** As it came; empty once dropped. */
  get parts(): readonly Buffer[] {
    return this.#parts;
  }

  /** For reading, or why that cannot be; empty once dropped. */
  get plain(): Result<readonly Buffer[], GatewayError> {
    return this.#plain;
  }

  /** Other bytes take its place, of about the same length. `fields` go upstream beside those of the client. */
  rewrite(body: Buffer, fields: HeaderList): void {
    this.#parts = [body];
    this.#plain = ok([body]);
    this.#rewritten = { fields };
  }

  /** Neither length nor encoding are those of the client's fields. */
  get isRewritten(): boolean {
    return this.#rewritten !== undefined;
  }

  get fields(): HeaderList {
    return this.#rewritten?.fields ?? [];
  }

  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    const unpackedBytes = this.isPacked && this.#isUnpacked ? this.plainBytes : 0;
    this.#parts = [];
    this.#plain = ok([]);
    this.#held.release(this.lengthBytes + unpackedBytes);
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
  return { kind: "stream", open: () => chunksOf(request), lengthBytes, drop: () => {} };
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
  return await hold(request, body.lengthBytes, limits, held);
}

async function hold(
  request: IncomingMessage,
  declaredBytes: number | undefined,
  limits: BodyLimits,
  held: HeldBytes,
): Promise<Result<RequestBody, GatewayError>> {
  // A declared length is taken at once, a chunked one as it grows.
  let taken = declaredBytes ?? 0;
  if (!held.take(taken, limits.heldBytes)) return fail(full());
  const parts: Buffer[] = [];
  let size = 0;
  let refused = false;
  const complete = await readAll(request, (chunk) => {
    parts.push(chunk);
    size += chunk.length;
    if (size <= taken) return true;
    refused = !held.take(size - taken, limits.heldBytes);
    if (refused) return false;
    taken = size;
    return size <= limits.bodyBytes;
  });
  if (complete) return ok(new HeldBody(parts, taken, held));
  if (!refused && size > limits.bodyBytes) return ok(tooLargeToHold(parts, request, held));
  held.release(taken);
  return fail(refused ? full() : clientClosed());
}

/** A chunked body that outgrew the limit: what was read goes first, and counts as held until it has gone. */
function tooLargeToHold(parts: Buffer[], request: IncomingMessage, held: HeldBytes): RequestBody {
  const next = (): Buffer | undefined => {
    const part = parts.shift();
    held.release(part?.length ?? 0);
    return part;
  };
  return {
    kind: "stream",
    lengthBytes: undefined,
    async *open() {
      for (let part = next(); part !== undefined; part = next()) yield part;
      yield* chunksOf(request);
    },
    drop() {
      while (parts.length > 0) next();
    },
  };
}

/** An upstream that fails must not take the client's connection with it: the client is still owed an answer. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false });
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
