import { promisify } from "node:util";
import {
  brotliDecompress,
  constants,
  gunzip,
  type InputType,
  inflate,
  zstdDecompress,
} from "node:zlib";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { allValues, type HeaderList } from "../../base/header-list.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { type BodyLimits, HeldBody, type HeldBytes, type RequestBody } from "./body.ts";

interface Unpacked {
  readonly buffer: Buffer;
  /** `bytesWritten`: how much of the input was read. */
  readonly engine: { readonly bytesWritten: number };
}
type Unpack = (
  packed: InputType,
  options: { readonly maxOutputLength: number; readonly info: true },
) => Promise<unknown>;

/** A frame may ask for a larger window, and with it for memory, than any content coding may use. */
const ZSTD_WINDOW = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };

/** @source https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1 and rfc9659, for zstd's window (read 2026-11-25) */
const CODINGS: Readonly<Record<string, Unpack>> = {
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: async (packed, options) =>
    await promisify(zstdDecompress)(packed, { ...options, ...ZSTD_WINDOW }),
};

/**
 * Decodes a packed body once, for whatever has to be read of it; its own bytes stay as they came, for an upstream that
 * they go to unchanged. What cannot be decoded says why, to whoever has to read it. Takes the body over.
 */
export async function unpackBody(
  body: RequestBody,
  headers: HeaderList,
  limits: BodyLimits,
  held: HeldBytes,
): Promise<RequestBody> {
  const coding = codingOf(headers);
  if (body.kind !== "held" || coding === "" || coding === "identity") return body;
  const plain = await decode(body.parts, coding, limits.bodyBytes);
  if (plain.ok && !held.take(plain.value.length, limits.heldBytes)) {
    return new HeldBody(body.parts, body.lengthBytes, held, fail(FULL));
  }
  return new HeldBody(body.parts, body.lengthBytes, held, plain);
}

function codingOf(headers: HeaderList): string {
  return allValues(headers, "content-encoding").join(",").trim().toLowerCase();
}

async function decode(
  parts: readonly Buffer[],
  coding: string,
  maxBytes: number,
): Promise<Result<Buffer, GatewayError>> {
  const unpack = Object.hasOwn(CODINGS, coding) ? CODINGS[coding] : undefined;
  if (unpack === undefined) return fail(UNKNOWN);
  const packed = Buffer.concat(parts);
  try {
    const unpacked = await unpack(packed, { maxOutputLength: maxBytes, info: true });
    if (!isUnpacked(unpacked)) return fail(BROKEN);
    // Behind the end another server may find more than this one.
    return unpacked.engine.bytesWritten === packed.length ? ok(unpacked.buffer) : fail(BROKEN);
  } catch (cause) {
    return fail(isTooLarge(cause) ? TOO_LARGE : BROKEN);
  }
}

/** The types know nothing of `info`. */
function isUnpacked(value: unknown): value is Unpacked {
  return typeof value === "object" && value !== null && "buffer" in value && "engine" in value;
}

function isTooLarge(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE";
}

const UNKNOWN = gatewayError(
  "unsupported_encoding",
  "The body has to be read here, and its content-encoding is not one of gzip, deflate, br and zstd. Send it without",
);
const BROKEN = gatewayError(
  "invalid_body",
  "The body has to be read here, and is not what its content-encoding says",
);
const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body has to be read here, and is larger than limits.body once it is decoded",
);
const FULL = gatewayError(
  "held_bodies_full",
  "Too many request bodies are in flight here; repeat in a second",
  { retryAfterMs: 1_000 },
);
