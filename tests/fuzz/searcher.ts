import { Desk } from "./desk.ts";
import { type Finding, minimise } from "./finding.ts";
import { openCoverage, openSearch } from "./open-search.ts";
import { TARGETS } from "./targets/index.ts";

/** What the process is asked for. */
export interface SearchTask {
  readonly target: string;
  readonly seed: number;
  readonly forMs: number;
  /** A file that tells what it is about to run. */
  readonly desk: string;
}

/** What it says now and then, and at its end. */
export interface SearchReport {
  readonly executions: number;
  readonly blocks: number;
  readonly corpus: number;
  readonly findings: readonly Finding[];
  readonly isOver: boolean;
}

const REPORT_EVERY_MS = 500;
const MINIMISING_TRIES = 3_000;

process.once("message", (task: SearchTask) => {
  search(task);
  process.disconnect();
});

function search({ target: name, seed, forMs, desk: path }: SearchTask): void {
  const target = TARGETS.find((each) => each.name === name);
  if (target === undefined) throw new Error(`no target ${name}`);
  using desk = new Desk(path);
  using coverage = openCoverage(target.sources);
  const running = openSearch(target, seed, { coverage, onRun: (input) => desk.lay(input) });
  const runOnDesk = (input: Buffer): string => {
    desk.lay(input);
    return target.run(input);
  };
  const report = (findings: readonly Finding[], isOver: boolean): void => {
    const { executions, corpusSize: corpus } = running;
    const smallest = findings.map((finding) => ({
      ...finding,
      input: minimise(runOnDesk, finding, MINIMISING_TRIES),
    }));
    const { blocks } = coverage;
    process.send?.({
      executions,
      blocks,
      corpus,
      findings: smallest,
      isOver,
    } satisfies SearchReport);
  };
  const endsAt = performance.now() + forMs;
  let reportAt = performance.now();
  for (let found = running.begin(); performance.now() < endsAt; found = running.next()) {
    if (found.length === 0 && performance.now() < reportAt) continue;
    report(found, false);
    reportAt = performance.now() + REPORT_EVERY_MS;
  }
  report([], true);
}
