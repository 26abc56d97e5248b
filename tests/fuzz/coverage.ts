import { type Profiler, Session } from "node:inspector";

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Which blocks of our sources ran, as V8 counts them; of this thread alone.
 *
 * Jazzer.js, the fuzzer for Node, would be led by nothing: its loader leaves out what has not the format `module`, and sources
 * that Node strips of their types have another.
 * @source `load` in esm-loader.mjs of @jazzer.js/instrumentor 4.0.0 (read 2026-11-25)
 */
export class Coverage implements Disposable {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  /** What of each function never ran, of those that ran at least in part. */
  readonly #left = new Map<string, readonly Span[]>();
  #blocks = 0;

  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: false, detailed: true });
    this.take();
  }

  /** Blocks that ran so far. */
  get blocks(): number {
    return this.#blocks;
  }

  /** True when something ran since the last call that had never run before. `peek` does not take note of it. */
  take(mode: "note" | "peek" = "note"): boolean {
    let found = 0;
    for (const { url, functions } of this.#ran()) {
      if (!this.#isOurs(url)) continue;
      for (const { functionName, ranges } of functions) {
        const [whole] = ranges;
        if (whole === undefined || whole.count === 0) continue;
        const key = `${url}:${whole.startOffset}:${whole.endOffset}:${functionName}`;
        const left = this.#left.get(key) ?? [{ start: whole.startOffset, end: whole.endOffset }];
        if (left.length === 0) continue;
        const still = overlap(left, notRun(ranges));
        if (sizeOf(still) === sizeOf(left)) continue;
        found += 1;
        if (mode === "note") this.#left.set(key, still);
      }
    }
    if (mode === "note") this.#blocks += found;
    return found > 0;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }

  /** Functions that ran since the last call, each whole. */
  #ran(): readonly Profiler.ScriptCoverage[] {
    let ran: readonly Profiler.ScriptCoverage[] = [];
    // The inspector answers its own thread at once.
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error === null) ran = result;
    });
    return ran;
  }
}

/** The outermost blocks that did not run. */
function notRun(ranges: readonly Profiler.CoverageRange[]): readonly Span[] {
  const spans: Span[] = [];
  for (const { startOffset, endOffset, count } of ranges) {
    const last = spans.at(-1);
    if (count > 0 || (last !== undefined && endOffset <= last.end)) continue;
    spans.push({ start: startOffset, end: endOffset });
  }
  return spans;
}

/** Both lists are in order, and no list overlaps itself. */
function overlap(some: readonly Span[], others: readonly Span[]): readonly Span[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const start = Math.max(one.start, other.start);
      const end = Math.min(one.end, other.end);
      return start < end ? [{ start, end }] : [];
    }),
  );
}

function sizeOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}
