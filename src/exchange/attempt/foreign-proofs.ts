import { hash } from "node:crypto";
import type { Observation, Tap } from "../../upstream/dialects/anthropic/index.ts";

/** Some megabyte of memory; a conversation has a few hundred. */
const MAX_PROOFS = 20_000;
/** As bytes, of which this member cannot be a part of a text: its quotes would be escaped there. */
const PROOF = /"signature"\s*:\s*"([^"\\]+)"/g;
const PROOF_NAME = '"signature"';
/** What is longer is no signature. */
const MAX_PROOF_LENGTH = 256 * 1024;

/**
 * Signatures of thinking that another provider than Anthropic gave in Anthropic's dialect, where bytes go as they are and
 * nothing can be sealed. Owned by the exchange runner, one per process; what a restart forgets, clients find out by the 400
 * that Anthropic answers.
 */
export class ForeignProofs {
  /** Of hashes, for signatures are long. The oldest go first. */
  readonly #known = new Set<string>();

  has(proof: string): boolean {
    return this.#known.has(short(proof));
  }

  /** Whether any of them stands in a body. */
  areIn(parts: readonly Buffer[]): boolean {
    if (this.#known.size === 0) return false;
    const text = Buffer.concat(parts).toString("latin1");
    for (const [, proof = ""] of text.matchAll(PROOF)) if (this.has(proof)) return true;
    return false;
  }

  /** Reads along with an answer of such a provider. */
  watch(tap: Tap): Tap {
    const reader = new ProofReader((proof) => this.#remember(proof));
    return {
      push(chunk) {
        tap.push(chunk);
        reader.push(chunk);
      },
      get atBoundary() {
        return tap.atBoundary;
      },
      finish: (): Observation | Promise<Observation> => tap.finish(),
    };
  }

  #remember(proof: string): void {
    const [oldest] = this.#known;
    if (oldest !== undefined && this.#known.size >= MAX_PROOFS) this.#known.delete(oldest);
    this.#known.add(short(proof));
  }
}

function short(proof: string): string {
  return hash("sha256", proof, "base64url").slice(0, 22);
}

/** Finds signatures in an answer, however it is split. */
class ProofReader {
  readonly #onProof: (proof: string) => void;
  /** What may be the beginning of one. */
  #rest = "";

  constructor(onProof: (proof: string) => void) {
    this.#onProof = onProof;
  }

  push(chunk: Uint8Array): void {
    const text = this.#rest + Buffer.from(chunk).toString("latin1");
    let end = 0;
    for (const match of text.matchAll(PROOF)) {
      this.#onProof(match[1] ?? "");
      end = match.index + match[0].length;
    }
    const begun = text.lastIndexOf(PROOF_NAME);
    const from = begun >= end ? begun : Math.max(end, text.length - PROOF_NAME.length);
    this.#rest = text.length - from > MAX_PROOF_LENGTH ? "" : text.slice(from);
  }
}
