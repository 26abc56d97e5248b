import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "../../base/result.ts";

/** One message of an AWS event stream (ADR 0017). */
export interface EventFrame {
  /** Those whose values are text, which are all that tell a message's kind; others are not kept. */
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Buffer;
}

/** Total length, length of the headers, checksum of both. */
export const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
export const MIN_FRAME_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES;
/** @source https://smithy.io/2.0/aws/amazon-eventstream.html (read 2026-11-26) */
export const MAX_FRAME_BYTES = 24 * 2 ** 20;

const TEXT = 7;
const BYTES = 6;
/** Of the types whose values have a length of their own: true, false, byte, short, int, long, timestamp, UUID. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 8],
  [9, 16],
]);

/** Length of the frame whose first bytes these are; undefined: the checksum of its beginning does not fit. */
export function frameLength(prelude: Buffer): number | undefined {
  const isIntact = crc32(prelude.subarray(0, 8)) === prelude.readUInt32BE(8);
  return isIntact ? prelude.readUInt32BE(0) : undefined;
}

/** Reads one whole frame, whose beginning was checked by `frameLength`. */
export function decodeFrame(frame: Buffer): Result<EventFrame, string> {
  const end = frame.length - CHECKSUM_BYTES;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) {
    return fail("the checksum of a message does not fit");
  }
  const payloadStart = PRELUDE_BYTES + frame.readUInt32BE(4);
  if (payloadStart > end) return fail("the headers of a message are longer than the message");
  const headers = readHeaders(frame.subarray(PRELUDE_BYTES, payloadStart));
  if (headers === undefined) return fail("the headers of a message cannot be read");
  return ok({ headers, payload: frame.subarray(payloadStart, end) });
}

function readHeaders(bytes: Buffer): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + (bytes[at] ?? 0);
    const type = bytes[nameEnd];
    if (type === undefined) return undefined;
    const valueStart = nameEnd + 1;
    const hasLength = type === TEXT || type === BYTES;
    if (hasLength && valueStart + 2 > bytes.length) return undefined;
    const length = hasLength ? 2 + bytes.readUInt16BE(valueStart) : FIXED_BYTES.get(type);
    if (length === undefined || valueStart + length > bytes.length) return undefined;
    if (type === TEXT) {
      const name = bytes.toString("utf8", at + 1, nameEnd);
      headers.set(name, bytes.toString("utf8", valueStart + 2, valueStart + length));
    }
    at = valueStart + length;
  }
  return headers;
}

/** One frame with text headers. */
export function encodeFrame({ headers, payload }: EventFrame): Buffer {
  const head = Buffer.concat([...headers].map(([name, value]) => encodeHeader(name, value)));
  const length = MIN_FRAME_BYTES + head.length + payload.length;
  const frame = Buffer.alloc(length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  head.copy(frame, PRELUDE_BYTES);
  payload.copy(frame, PRELUDE_BYTES + head.length);
  const end = length - CHECKSUM_BYTES;
  frame.writeUInt32BE(crc32(frame.subarray(0, end)), end);
  return frame;
}

function encodeHeader(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
  const length = Buffer.alloc(2);
  length.writeUInt16BE(valueBytes.length);
  return Buffer.concat([
    Buffer.of(nameBytes.length),
    nameBytes,
    Buffer.of(TEXT),
    length,
    valueBytes,
  ]);
}

/** What an exception in a stream is called; undefined: the message is none. */
export interface StreamException {
  readonly name: string;
  /** Undefined: it stands in the payload. */
  readonly message: string | undefined;
}

/** An exception that the service knows, or an error that it does not. */
export function exceptionOf({ headers }: EventFrame): StreamException | undefined {
  const kind = headers.get(":message-type");
  if (kind !== "exception" && kind !== "error") return undefined;
  const name = headers.get(":exception-type") ?? headers.get(":error-code") ?? "unknown";
  return {
    name: name.replaceAll(/[^\w.-]/g, ""),
    message: headers.get(":error-message"),
  };
}
