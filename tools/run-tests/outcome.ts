/** One line of the reporter. */
export type TestEvent =
  | { readonly kind: "end" }
  | {
      readonly kind: "pass" | "fail";
      readonly name: string;
      readonly nesting: number;
      readonly line?: number;
      readonly isSuite: boolean;
      /** The reason, empty when none was given; undefined for a test that ran. */
      readonly skipped?: string;
      /** Failed only because a test inside it failed. */
      readonly isEcho: boolean;
      readonly error?: string;
    };

export interface FileOutcome {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly detail: string }[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly tookMs: number;
}

/** How the process of a test file ended. */
export interface Ending {
  readonly file: string;
  readonly events: readonly TestEvent[];
  readonly exit: number | NodeJS.Signals | "deadline";
  readonly output: string;
  readonly tookMs: number;
  /** Only some tests were asked for, so none may be right. */
  readonly mayBeEmpty: boolean;
}

/** Counts the tests of one file. A file that dies, hangs or holds no test counts as a failure of its own. */
export function judgeFile(ending: Ending): FileOutcome {
  const { file, events, exit, output, tookMs } = ending;
  const tests = events.filter((event) => event.kind !== "end");
  // A suite that is skipped as a whole reports itself instead of its tests.
  const own = tests.filter(
    ({ isSuite, kind, skipped }) => !isSuite || kind === "fail" || skipped !== undefined,
  );
  const failures = own
    .filter((test) => test.kind === "fail" && test.skipped === undefined && !test.isEcho)
    .map((test) => ({
      name: test.name,
      detail: [`${file}:${test.line ?? 1}`, test.error ?? "", output].filter(Boolean).join("\n"),
    }));
  const died = reasonOfDeath(ending, own.length, failures.length);
  return {
    file,
    passed: own.filter((test) => test.kind === "pass" && test.skipped === undefined).length,
    failures:
      died === undefined
        ? failures
        : [...failures, { name: `${file} (${died})`, detail: `exit: ${exit}\n${output}` }],
    skipped: tests.flatMap(({ name, skipped }) =>
      skipped === undefined ? [] : [{ name, reason: skipped }],
    ),
    tookMs,
  };
}

function reasonOfDeath(
  { events, exit, mayBeEmpty }: Ending,
  testCount: number,
  failureCount: number,
): string | undefined {
  if (exit === "deadline") return "did not end in time";
  if (!events.some(({ kind }) => kind === "end")) return "ended before its tests did";
  if (exit !== 0 && failureCount === 0) return "failed outside its tests";
  if (testCount === 0 && !mayBeEmpty) return "holds no test";
  return undefined;
}

/** The last line of a run: `N passed, N failed`, and how many were skipped if any. */
export function totalLine(outcomes: readonly FileOutcome[]): string {
  const sum = (count: (outcome: FileOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const skipped = sum((outcome) => outcome.skipped.length);
  return [
    `${sum((outcome) => outcome.passed)} passed`,
    `${sum((outcome) => outcome.failures.length)} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(", ");
}
