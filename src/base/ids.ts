import { randomFillSync } from "node:crypto";

/** Crockford's base 32: sorts like the number it encodes. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** All pairs of digits, so that a digit pair costs one look-up. */
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, value) => ALPHABET.charAt(value >> 5) + ALPHABET.charAt(value & 31),
);

/** 40 bits are 8 digits; a double holds them exactly, which a bigint would make five times slower. */
const HALF = 2 ** 40;
const BITS_30 = 2 ** 30;

/** Random bytes are drawn in bulk: one system call for several hundred milliseconds' worth of ids. */
const POOL_BYTES = 4_000;
const SEED_BYTES = 10;

/** Makes ids that sort by the time of their making: a prefix, 10 digits of epoch milliseconds, 16 of randomness. */
export class IdSource {
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #poolAt = POOL_BYTES;
  #lastMs = -1;
  #head = "";
  #high = 0;
  #low = 0;

  constructor(prefix: string, now: () => number) {
    this.#prefix = prefix;
    this.#now = now;
  }

  /** Strictly increasing within this source, also within one millisecond and when the clock steps back. */
  next(): string {
    const nowMs = this.#now();
    if (nowMs > this.#lastMs) {
      this.#startMillisecond(nowMs);
    } else {
      this.#low += 1;
      if (this.#low === HALF) this.#carry();
    }
    return this.#head + eightDigits(this.#low);
  }

  #startMillisecond(nowMs: number): void {
    if (this.#poolAt === POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#poolAt = 0;
    }
    this.#lastMs = nowMs;
    // The top bit stays clear, so that counting up never overflows 80 bits.
    this.#high = this.#pool.readUIntBE(this.#poolAt, 5) % (HALF / 2);
    this.#low = this.#pool.readUIntBE(this.#poolAt + 5, 5);
    this.#poolAt += SEED_BYTES;
    this.#writeHead();
  }

  #carry(): void {
    this.#low = 0;
    this.#high += 1;
    this.#writeHead();
  }

  #writeHead(): void {
    const time = pair(Math.floor(this.#lastMs / HALF)) + eightDigits(this.#lastMs % HALF);
    this.#head = this.#prefix + time + eightDigits(this.#high);
  }
}

/** `value` is below 2^40. */
function eightDigits(value: number): string {
  const upper = Math.floor(value / BITS_30);
  const lower = value % BITS_30;
  return pair(upper) + pair(lower >> 20) + pair(lower >> 10) + pair(lower);
}

function pair(value: number): string {
  return PAIRS[value & 1023] ?? "";
}
