import { hash } from "node:crypto";
import type { Limits } from "./limits.ts";

/** Models that a gateway talks to in a day, and more. */
const MAX_MODELS = 1_000;
/** Some megabyte of memory; a conversation has a few hundred. */
const MAX_PROOFS = 20_000;
/** Models learn, too: a limit is asked about again from day to day. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

interface Entry {
  readonly limits: Limits;
  readonly learnedAtMs: number;
}

/**
 * What upstreams refused, so that the next request does not pay for it again: limits of models, and thinking that is not taken
 * back. One for the process, in memory only; both are bounded, and the oldest is forgotten first.
 */
export class LearnedRefusals {
  readonly #monotonicMs: () => number;
  readonly #limits = new Map<string, Entry>();
  readonly #proofs = new Set<string>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  limitsOf(model: string): Limits {
    const { limits, learnedAtMs } = this.#limits.get(model) ?? NOTHING;
    return this.#monotonicMs() - learnedAtMs < MAX_AGE_MS ? limits : NOTHING.limits;
  }

  learn(model: string, limits: Limits): void {
    this.#limits.delete(model);
    makeRoom(this.#limits, MAX_MODELS);
    this.#limits.set(model, { limits, learnedAtMs: this.#monotonicMs() });
  }

  isRefused(proof: string): boolean {
    return this.#proofs.size > 0 && this.#proofs.has(short(proof));
  }

  refuse(proof: string): void {
    makeRoom(this.#proofs, MAX_PROOFS);
    this.#proofs.add(short(proof));
  }
}

const NOTHING: Entry = { limits: {}, learnedAtMs: Number.NEGATIVE_INFINITY };

function makeRoom(among: Map<string, unknown> | Set<string>, most: number): void {
  const [oldest] = among.keys();
  if (oldest !== undefined && among.size >= most) among.delete(oldest);
}

function short(proof: string): string {
  return hash("sha256", proof, "base64url").slice(0, 22);
}
