import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { ok } from "../../src/base/result.ts";
import { Secret } from "../../src/base/secret.ts";
import { KeyRing } from "../../src/identity/keys/index.ts";
import { mintSecret } from "../../src/identity/keys/secret-format.ts";

/** Look-ups in one sample: the clock is too coarse for one alone. */
const BATCH = 50;
const SAMPLES = 2_000;
/** Of a sample the slowest tenth met the garbage collector, or another process. */
const KEPT = 0.9;
/** Under the hypothesis that the means are equal, one in 100,000 is larger. */
const LARGEST_T = 4.4;

const SETTINGS = { budgets: [], timeZone: "UTC", models: [] };

/** A ring in which nothing is stored but in memory. */
async function ringOf(count: number): Promise<{ ring: KeyRing; secrets: readonly string[] }> {
  const ring = new KeyRing({
    records: [],
    installKey: new Secret("a".repeat(64)),
    now: () => 0,
    save: async () => ok(undefined),
  });
  const secrets: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const made = await ring.create({ organisation: "o", name: `k${i}`, settings: SETTINGS });
    assert.ok(made.ok);
    secrets.push(made.value.secret.reveal());
  }
  return { ring, secrets };
}

/** A key that is right in form and wrong, with as much of a real one at its start as asked. */
function wrongKey(real: string, sameLength: number): string {
  const body = real.slice(0, sameLength) + mintSecret().reveal().slice(sameLength, -CHECKSUM);
  // One character is guessed right now and then.
  if (real.startsWith(body)) return wrongKey(real, sameLength);
  // A string of its own, as one from the network is: how it was put together would be measured too.
  return Buffer.from(body + checksumOf(body)).toString("latin1");
}

const CHECKSUM = 6;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** CRC-32 by its definition, in base 62. */
function checksumOf(body: string): string {
  let crc = 0xffff_ffff;
  for (const byte of Buffer.from(body)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  let rest = (crc ^ 0xffff_ffff) >>> 0;
  let text = "";
  for (let i = 0; i < CHECKSUM; i += 1) {
    text = ALPHABET.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

interface Sample {
  readonly mean: number;
  readonly variance: number;
  readonly size: number;
}

function summary(times: readonly number[]): Sample {
  const kept = times.toSorted((a, b) => a - b).slice(0, Math.floor(times.length * KEPT));
  const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
  const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1);
  return { mean, variance, size: kept.length };
}

/** Welch's t of two ways to call, taken in turn so that both meet the same weather. */
function compare(one: (i: number) => void, other: (i: number) => void): number {
  const times: [number[], number[]] = [[], []];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const order = sample % 2 === 0 ? [0, 1] : [1, 0];
    for (const which of order) {
      const call = which === 0 ? one : other;
      const startedAt = process.hrtime.bigint();
      for (let i = 0; i < BATCH; i += 1) call(sample * BATCH + i);
      times[which === 0 ? 0 : 1].push(Number(process.hrtime.bigint() - startedAt));
    }
  }
  const [a, b] = [summary(times[0]), summary(times[1])];
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.size + b.variance / b.size);
}

/** How much of a key is right in a guess that is wrong: a few characters, all but one of those that are not its checksum. */
const SHARED = { near: 12, nearer: 46 } as const;

describe("A-08: how long a look-up takes says nothing about the key", () => {
  let ring: KeyRing;
  let known: readonly string[];
  /** As many keys that were never here: guesses are made from them in the same way. */
  const strangers = Array.from({ length: 200 }, () => mintSecret().reveal());

  before(async () => {
    const made = await ringOf(strangers.length);
    ring = made.ring;
    known = made.secrets;
    // The compiler has seen all of it before anything is measured.
    for (let i = 0; i < 20_000; i += 1) ring.find(strangers[i % strangers.length] ?? "");
  });

  const guesses = (keys: readonly string[], shared: number) =>
    Array.from({ length: 1_000 }, (_, i) => wrongKey(keys[i % keys.length] ?? "", shared));
  const look = (keys: readonly string[]) => (i: number) => {
    ring.find(keys[i % keys.length] ?? "");
  };

  for (const near of ["near", "nearer"] as const) {
    it(`A-08: a ${near} miss takes as long as one of a key that was never here (Welch's t, ${SAMPLES * BATCH} look-ups each)`, () => {
      const ours = guesses(known, SHARED[near]);
      const theirs = guesses(strangers, SHARED[near]);
      for (const key of [...ours, ...theirs]) assert.equal(ring.find(key).ok, false);
      // A busy machine can spoil one comparison; what is really slower is so in all of them.
      const values: number[] = [];
      while (values.length < 5 && values.every((t) => t >= LARGEST_T)) {
        values.push(Math.abs(compare(look(ours), look(theirs))));
      }
      assert.ok(Math.min(...values) < LARGEST_T, `t: ${values.join(", ")}`);
    });
  }

  it("A-08: the instrument sees a comparison that stops at the first wrong character", () => {
    const real = strangers[0] ?? "";
    const [shared, other] = [`${real.slice(0, 46)}xxxxxxx`, `y${real.slice(1)}`];
    const leaky = (guess: string) => {
      let same = 0;
      while (same < real.length && real.charCodeAt(same) === guess.charCodeAt(same)) same += 1;
      return same === real.length;
    };
    const values = [shared, other].map((guess) => () => {
      for (let i = 0; i < 20; i += 1) leaky(guess);
    });
    const [one = () => {}, two = () => {}] = values;
    assert.ok(Math.abs(compare(one, two)) > LARGEST_T);
  });
});
