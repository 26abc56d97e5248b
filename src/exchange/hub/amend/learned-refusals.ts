import { hash } from "node:crypto";
import { joined, type LeftOut, NOTHING_LEFT_OUT } from "../../betas/left-out.ts";
import { Aged } from "./aged.ts";
import type { Limits } from "./limits.ts";

/** Models that a gateway talks to in a day, and more. */
const MAX_MODELS = 1_000;
/** Some megabyte of memory; a conversation has a few hundred. */
const MAX_PROOFS = 20_000;
/** Of one model: Anthropic has some dozens. */
const MAX_BETAS = 100;
/** Models learn, too: a limit is asked about again from day to day. */
const MAX_AGE_MS = 24 * 60 * 60 * 1_000;

/**
 * What upstreams refused, so that the next request does not pay for it again: limits of models, betas that are not known, and
 * thinking that is not taken back. One for the process, in memory only; all are bounded, and the oldest is forgotten first.
 */
export class LearnedRefusals {
  readonly #limits: Aged<Limits>;
  readonly #leftOut: Aged<LeftOut>;
  readonly #proofs = new Set<string>();

  constructor(monotonicMs: () => number) {
    this.#limits = new Aged(MAX_MODELS, MAX_AGE_MS, monotonicMs);
    this.#leftOut = new Aged(MAX_MODELS, MAX_AGE_MS, monotonicMs);
  }

  limitsOf(model: string): Limits {
    return this.#limits.get(model) ?? NO_LIMITS;
  }

  learn(model: string, limits: Limits): void {
    this.#limits.set(model, limits);
  }

  leftOutOf(model: string): LeftOut {
    return this.#leftOut.get(model) ?? NOTHING_LEFT_OUT;
  }

  leaveOut(model: string, found: LeftOut): void {
    const { betas, members } = joined(found, this.leftOutOf(model));
    const leftOut = { betas: betas.slice(0, MAX_BETAS), members: members.slice(0, MAX_BETAS) };
    this.#leftOut.set(model, leftOut);
  }

  isRefused(proof: string): boolean {
    return this.#proofs.size > 0 && this.#proofs.has(short(proof));
  }

  refuse(proof: string): void {
    const [oldest] = this.#proofs;
    if (oldest !== undefined && this.#proofs.size >= MAX_PROOFS) this.#proofs.delete(oldest);
    this.#proofs.add(short(proof));
  }
}

const NO_LIMITS: Limits = {};

function short(proof: string): string {
  return hash("sha256", proof, "base64url").slice(0, 22);
}
