import { fail, ok, type Result } from "../../base/result.ts";
import {
  decodeFrame,
  type EventFrame,
  frameLength,
  MAX_FRAME_BYTES,
  MIN_FRAME_BYTES,
  PRELUDE_BYTES,
} from "./frame.ts";

/** Cuts an AWS event stream into its messages, wherever the network cut it. After a failure nothing of it can be trusted. */
export class FrameSplitter {
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** How many bytes have to be there before there is anything to read. */
  #neededBytes = PRELUDE_BYTES;

  /** True between two messages. */
  get atBoundary(): boolean {
    return this.#waitingBytes === 0;
  }

  /** The messages that are whole now. */
  push(chunk: Buffer): Result<readonly EventFrame[], string> {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < this.#neededBytes) return ok([]);
    const bytes = this.#waiting.length === 1 ? chunk : Buffer.concat(this.#waiting);
    const frames: EventFrame[] = [];
    let at = 0;
    this.#neededBytes = PRELUDE_BYTES;
    while (bytes.length - at >= PRELUDE_BYTES) {
      const length = frameLength(bytes.subarray(at, at + PRELUDE_BYTES));
      if (length === undefined) return fail("the checksum of a message's beginning does not fit");
      if (length < MIN_FRAME_BYTES || length > MAX_FRAME_BYTES) {
        return fail("a message has a length that no message has");
      }
      if (bytes.length - at < length) {
        this.#neededBytes = length;
        break;
      }
      const frame = decodeFrame(bytes.subarray(at, at + length));
      if (!frame.ok) return frame;
      frames.push(frame.value);
      at += length;
    }
    const rest = bytes.subarray(at);
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#waitingBytes = rest.length;
    return ok(frames);
  }
}
