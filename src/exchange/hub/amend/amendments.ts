import type { GatewayError } from "../../../base/errors.ts";
import type { Result } from "../../../base/result.ts";
import {
  type AnswerContext,
  type CanonicalRequest,
  proofsIn,
  type TokenUsage,
  type UpstreamError,
  type WrittenRequest,
  withoutThinking,
} from "../../../canonical/index.ts";
import type { BoundDialect } from "../../../upstream/dialects/bind.ts";
import type { UpstreamRequest } from "../../../upstream/transport/contract.ts";
import type { LearnedRefusals } from "./learned-refusals.ts";
import { type Limits, narrowed } from "./limits.ts";
import { writeWithin } from "./write-within.ts";

/** What a request is amended with. */
export interface Amending {
  readonly dialect: BoundDialect;
  /** The provider's id and its model. */
  readonly model: string;
  readonly learned: LearnedRefusals;
  readonly address: (written: WrittenRequest) => UpstreamRequest;
  /** Puts money aside, durably, for one more request of so many bytes. */
  readonly admit: (bodyBytes: number) => Promise<Result<void, GatewayError>>;
}

/** A request that takes the place of one that was not answered. */
export interface Repetition {
  readonly request: UpstreamRequest;
  readonly context: AnswerContext;
  /** What it takes the place of was generated, and is billed; undefined: it was refused. */
  readonly paid?: Paid | undefined;
}

interface Paid {
  readonly usage: TokenUsage | undefined;
  /** Whether there is money for the same once more. */
  readonly admit: () => Promise<Result<void, GatewayError>>;
}

/** A request that is refused more often than this is not made right by leaving things out. */
const MAX_REPETITIONS = 3;

/**
 * Writes requests within what their model is known to take, and knows what to change in one that was refused. Owned by one
 * answer; what helped is remembered for the next.
 */
export class Amendments {
  /** Writes within the limits; reads as ever. */
  readonly dialect: BoundDialect;
  readonly #amending: Amending;
  readonly #lossy = new Set<string>();
  readonly #reasons = new Set<string>();
  #limits: Limits;
  /** Of them, what holds for other requests too. */
  #lasting: Limits;
  #proofs: ReadonlySet<string> = new Set();
  #sent: { readonly asked: CanonicalRequest; readonly written: WrittenRequest } | undefined;
  #count = 0;
  #isSettled = false;

  constructor(amending: Amending) {
    const { dialect, model, learned } = amending;
    this.#amending = amending;
    this.#limits = learned.limitsOf(model);
    this.#lasting = this.#limits;
    this.dialect = { ...dialect, writeRequest: (request) => this.#begin(request) };
  }

  /** What of the requests so far could not be said. */
  get lossy(): readonly string[] {
    return [...this.#lossy];
  }

  /** For the record: what it was asked anew for; undefined: it was not. */
  get account(): string | undefined {
    return this.#reasons.size === 0 ? undefined : `asked anew: ${[...this.#reasons].join(", ")}`;
  }

  /** The request that takes the last one's place; undefined where nothing that is known would help. */
  next(error: UpstreamError): Repetition | undefined {
    if (this.#sent === undefined || this.#count >= MAX_REPETITIONS) return undefined;
    const { remedy } = error;
    const repetition = remedy?.by === "again" ? this.#again(remedy.usage) : this.#amended(error);
    if (repetition !== undefined) this.#count += 1;
    return repetition;
  }

  /** The last request was answered: what it lacks is not tried again. */
  settle(): void {
    if (this.#count === 0 || this.#isSettled) return;
    this.#isSettled = true;
    const { learned, model } = this.#amending;
    if (this.#lasting !== learned.limitsOf(model)) learned.learn(model, this.#lasting);
    for (const proof of this.#proofs) learned.refuse(proof);
  }

  #begin(asked: CanonicalRequest): Result<WrittenRequest, GatewayError> {
    const written = this.#write(asked, this.#limits);
    if (written.ok) this.#note(asked, written.value);
    return written;
  }

  #write(asked: CanonicalRequest, limits: Limits): Result<WrittenRequest, GatewayError> {
    const { dialect, learned } = this.#amending;
    const isRefused = (proof: string) => this.#proofs.has(proof) || learned.isRefused(proof);
    const turns = withoutThinking(asked.turns, isRefused);
    const written = writeWithin(dialect, { ...asked, turns }, limits);
    if (written.ok && turns !== asked.turns) this.#lossy.add("content[].thinking");
    return written;
  }

  #note(asked: CanonicalRequest, written: WrittenRequest): void {
    this.#sent = { asked, written };
    for (const name of written.lossy) this.#lossy.add(name);
  }

  #again(usage: TokenUsage | undefined): Repetition | undefined {
    if (this.#sent === undefined || this.#reasons.has(NO_ANSWER)) return undefined;
    this.#reasons.add(NO_ANSWER);
    const { address, admit } = this.#amending;
    const { written } = this.#sent;
    const request = address(written);
    const bytes = Buffer.isBuffer(request.body) ? request.body.length : 0;
    const paid = { usage, admit: async () => await admit(bytes) };
    return { request, context: written.context, paid };
  }

  #amended({ kind, remedy }: UpstreamError): Repetition | undefined {
    if (kind === "thinking_refused") return this.#withoutProofs();
    if (this.#sent === undefined || remedy === undefined) return undefined;
    const { asked } = this.#sent;
    const lasting = narrowed(this.#lasting, remedy);
    for (const [at, limits] of narrowed(this.#limits, remedy).entries()) {
      const repetition = this.#ifOther(asked, limits);
      if (repetition === undefined) continue;
      this.#limits = limits;
      if (!("isOnce" in remedy)) this.#lasting = lasting[at] ?? this.#lasting;
      this.#reasons.add(`${remedy.by === "member" ? remedy.name : remedy.by} refused`);
      return repetition;
    }
    return undefined;
  }

  #withoutProofs(): Repetition | undefined {
    if (this.#sent === undefined) return undefined;
    const { asked } = this.#sent;
    const before = this.#proofs;
    this.#proofs = new Set([...before, ...proofsIn(asked.turns)]);
    const repetition = this.#ifOther(asked, this.#limits);
    if (repetition === undefined) this.#proofs = before;
    else this.#reasons.add("earlier thinking refused");
    return repetition;
  }

  /** The same bytes would be refused again. */
  #ifOther(asked: CanonicalRequest, limits: Limits): Repetition | undefined {
    const written = this.#write(asked, limits);
    const before = JSON.stringify(this.#sent?.written.body);
    if (!written.ok || JSON.stringify(written.value.body) === before) return undefined;
    this.#note(asked, written.value);
    return { request: this.#amending.address(written.value), context: written.value.context };
  }
}

const NO_ANSWER = "the model's answer was none";
