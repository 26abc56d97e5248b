import type { Transform } from "node:stream";
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from "node:zlib";
import { NOTHING_OBSERVED, type Observation, type Tap } from "./observation.ts";

/** How much of a compressed answer is read beside its way (design R7). */
interface InflateLimits {
  readonly outputBytes: number;
  /** Output to input, above the first `ratioFreeBytes` of output. */
  readonly ratio: number;
  readonly ratioFreeBytes: number;
  /** Input that waits for inflation; the byte path never waits for it. */
  readonly waitingBytes: number;
}

export const INFLATE_LIMITS: InflateLimits = {
  outputBytes: 64 * 2 ** 20,
  ratio: 100,
  ratioFreeBytes: 2 ** 20,
  waitingBytes: 8 * 2 ** 20,
};

/** By content coding. Flushed at the end, so that a cut answer still gives what came. */
const INFLATERS: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })],
  ["x-gzip", () => createGunzip({ finishFlush: constants.Z_SYNC_FLUSH })],
  ["deflate", () => createInflate({ finishFlush: constants.Z_SYNC_FLUSH })],
  ["br", () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ["zstd", () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush })],
]);

/** An inflater for one content coding; undefined for several stacked and for unknown ones. */
export function openInflater(contentEncoding: string): Transform | undefined {
  return INFLATERS.get(contentEncoding.trim().toLowerCase())?.();
}

/** Inflates a bounded copy of a compressed answer into another tap; beyond the bounds the answer is unknown. Owns the inflater. */
export class EncodedTap implements Tap {
  /** Nothing readable can be appended to compressed bytes. */
  readonly atBoundary = false;
  readonly #inner: Tap;
  readonly #limits: InflateLimits;
  readonly #inflater: Transform;
  readonly #done: Promise<void>;
  #inputBytes = 0;
  #outputBytes = 0;
  #hasFailed = false;

  constructor(inflater: Transform, inner: Tap, limits: InflateLimits = INFLATE_LIMITS) {
    this.#inner = inner;
    this.#limits = limits;
    this.#inflater = inflater;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#done = promise;
    inflater.on("data", (output: Buffer) => this.#take(output));
    inflater.on("error", () => {
      this.#hasFailed = true;
    });
    inflater.on("close", () => resolve());
  }

  push(chunk: Uint8Array): void {
    if (this.#hasFailed || this.#inflater.destroyed) return;
    this.#inputBytes += chunk.length;
    if (this.#inflater.writableLength + chunk.length > this.#limits.waitingBytes) this.#giveUp();
    else this.#inflater.write(chunk);
  }

  async finish(): Promise<Observation> {
    if (!this.#inflater.destroyed) this.#inflater.end();
    await this.#done;
    const seen = await this.#inner.finish();
    return this.#hasFailed ? { ...NOTHING_OBSERVED, failed: true } : seen;
  }

  #take(output: Buffer): void {
    if (this.#hasFailed) return;
    this.#outputBytes += output.length;
    const allowed = Math.max(this.#limits.ratioFreeBytes, this.#inputBytes * this.#limits.ratio);
    if (this.#outputBytes > Math.min(allowed, this.#limits.outputBytes)) this.#giveUp();
    else this.#inner.push(output);
  }

  #giveUp(): void {
    this.#hasFailed = true;
    this.#inflater.destroy();
  }
}
