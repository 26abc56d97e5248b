import { randomBytes } from "node:crypto";

/** Crockford's base 32: sorts like the number it encodes. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/** Makes ids that sort by the time of their making: a prefix, 48 bits of epoch milliseconds, 80 bits of randomness. */
export class IdSource {
  readonly #prefix: string;
  readonly #now: () => number;
  #lastMs = 0;
  #counter = 0n;

  constructor(prefix: string, now: () => number) {
    this.#prefix = prefix;
    this.#now = now;
  }

  /** Strictly increasing within this source, also within one millisecond and when the clock steps back. */
  next(): string {
    const nowMs = this.#now();
    if (nowMs > this.#lastMs) {
      this.#lastMs = nowMs;
      // The top bit stays clear, so that counting up never overflows 80 bits.
      this.#counter = BigInt(`0x${randomBytes(10).toString("hex")}`) >> 1n;
    } else {
      this.#counter += 1n;
    }
    return `${this.#prefix}${encode(BigInt(this.#lastMs), TIME_DIGITS)}${encode(this.#counter, RANDOM_DIGITS)}`;
  }
}

function encode(value: bigint, digits: number): string {
  let rest = value;
  let text = "";
  for (let i = 0; i < digits; i += 1) {
    text = `${ALPHABET.charAt(Number(rest & 31n))}${text}`;
    rest >>= 5n;
  }
  return text;
}
