import type { Coverage } from "./coverage.ts";
import { type Finding, kindOf, problemWith } from "./finding.ts";
import { mutate } from "./mutate.ts";
import type { Material } from "./mutate-json.ts";
import type { Random } from "./random.ts";
import type { Target } from "./target.ts";

export interface SearchOptions {
  readonly target: Target;
  readonly seeds: readonly Buffer[];
  readonly words: readonly string[];
  readonly random: Random;
  readonly coverage: Coverage;
  /** Told of each input before it runs, so that one that never ends is known. */
  readonly onRun: (input: Buffer) => void;
}

/** Looking at the coverage costs as much as several inputs do. */
const BATCH = 32;
/** Inputs that are kept for nothing but another outcome. */
const MAX_OUTCOMES = 1_500;
/** Newer members lead further. */
const NEWEST = 24;

/** Looks for inputs that reach what no input reached before, and for those that a target does something wrong with. */
export class Search {
  readonly #options: SearchOptions;
  readonly #material: Material;
  readonly #corpus: Buffer[] = [];
  readonly #outcomes = new Set<string>();
  readonly #kinds = new Set<string>();
  #executions = 0;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#material = { words: options.words, other: () => this.#anyMember() };
  }

  get executions(): number {
    return this.#executions;
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  get corpus(): readonly Buffer[] {
    return this.#corpus;
  }

  /** Runs the seeds; all of them stay. */
  begin(): readonly Finding[] {
    const findings = this.#options.seeds.flatMap((seed) => this.#run(seed) ?? []);
    this.#corpus.push(...this.#options.seeds);
    this.#options.coverage.take();
    return findings;
  }

  /** Tries a handful of new inputs; each way to go wrong is told once. */
  next(): readonly Finding[] {
    const { coverage, random, target } = this.#options;
    const inputs = Array.from({ length: BATCH }, () => {
      const parent = random.oneIn(3) ? this.#newMember() : this.#anyMember();
      return mutate(parent, target.shape, random, this.#material);
    });
    const findings = inputs.flatMap((input) => this.#run(input) ?? []);
    if (coverage.take("peek")) this.#keepWhatReaches(inputs);
    return findings;
  }

  #keepWhatReaches(inputs: readonly Buffer[]): void {
    for (const input of inputs) {
      this.#run(input);
      if (this.#options.coverage.take() && !this.#corpus.includes(input)) this.#corpus.push(input);
    }
  }

  #run(input: Buffer): Finding | undefined {
    const { target, onRun } = this.#options;
    onRun(input);
    this.#executions += 1;
    let outcome = "";
    const message = problemWith((each) => {
      outcome = target.run(each);
    }, input);
    if (message === undefined) {
      this.#noteOutcome(outcome, input);
      return undefined;
    }
    const kind = kindOf(message);
    if (this.#kinds.has(kind)) return undefined;
    this.#kinds.add(kind);
    return { target: target.name, input, message };
  }

  #noteOutcome(outcome: string, input: Buffer): void {
    if (this.#outcomes.size >= MAX_OUTCOMES || this.#outcomes.has(outcome)) return;
    this.#outcomes.add(outcome);
    this.#corpus.push(input);
  }

  #anyMember(): Buffer {
    return this.#options.random.pick(this.#corpus) ?? Buffer.alloc(0);
  }

  #newMember(): Buffer {
    return this.#options.random.pick(this.#corpus.slice(-NEWEST)) ?? Buffer.alloc(0);
  }
}
