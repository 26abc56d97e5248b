/** What a target did wrong, and with what. */
export interface Finding {
  readonly target: string;
  readonly input: Buffer;
  readonly message: string;
}

/** A run of one input may take this long; the machine's own pauses are not counted. */
const MAX_CPU_MS = 2_000;

/** Says what is wrong with what a target makes of an input; undefined when nothing is. */
export function problemWith(run: (input: Buffer) => unknown, input: Buffer): string | undefined {
  const before = process.threadCpuUsage();
  try {
    run(input);
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user } = process.threadCpuUsage(before);
  return user / 1_000 > MAX_CPU_MS ? `took ${Math.round(user / 1_000)} ms` : undefined;
}

/** By what two findings are taken for the same: where it was thrown, or what was said. */
export function kindOf(message: string): string {
  const frame = /^ +at .*\/(src\/[^:]+:\d+)/m.exec(message)?.[1];
  const [first = ""] = message.split("\n");
  return `${frame ?? ""} ${first.replaceAll(/\d+/g, "0").slice(0, 80)}`;
}

/** The smallest input that is still wrong in the same way, within so many tries. */
export function minimise(run: (input: Buffer) => unknown, finding: Finding, tries: number): Buffer {
  const kind = kindOf(finding.message);
  let left = tries;
  const isSame = (input: Buffer): boolean => {
    left -= 1;
    const problem = problemWith(run, input);
    return problem !== undefined && kindOf(problem) === kind;
  };
  let smallest = finding.input;
  for (let size = smallest.length >> 1; size >= 1 && left > 0; size >>= 1) {
    for (let at = 0; at < smallest.length && left > 0; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (isSame(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}
