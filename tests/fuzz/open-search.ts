import { Coverage } from "./coverage.ts";
import { Random } from "./random.ts";
import { Search, type SearchOptions } from "./search.ts";
import { isSource, recordedFor, seedsOf, wordsOf } from "./seeds.ts";
import type { Target } from "./target.ts";

const SOURCES = new URL("../../src/", import.meta.url).href;

/** A search that goes the same way for the same seed. */
export function openSearch(
  target: Target,
  seed: number,
  { coverage, onRun }: Pick<SearchOptions, "coverage" | "onRun">,
): Search {
  const seeds = [...seedsOf(target).map(({ input }) => input), ...recordedFor(target)];
  const words = wordsOf(target, seeds);
  return new Search({ target, seeds, words, random: new Random(seed), coverage, onRun });
}

/** Of what a target's sources do. To be opened before anything of them runs: V8 counts only what it compiles afterwards. */
export function openCoverage(sources: Target["sources"]): Coverage {
  return new Coverage(
    (url) => url.startsWith(SOURCES) && isSource(url.slice(SOURCES.length), sources),
  );
}
