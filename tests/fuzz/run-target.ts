import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuTime } from "../bench/process-figures.ts";
import { readDesk } from "./desk.ts";
import type { Finding } from "./finding.ts";
import type { SearchReport, SearchTask } from "./searcher.ts";

export type Figures = Omit<SearchReport, "isOver" | "findings">;

/** An input that takes more CPU time than this never ends; how long the machine lets it wait says nothing. */
const HANG_CPU_MS = 20_000;
const LOOK_EVERY_MS = 1_000;
const MAX_HEAP_MB = 768;
const KEPT_OUTPUT = 4_000;

/**
 * Searches one target in a process of its own, so that an input that never ends, or eats all memory, is found too: it ends the
 * search of this target.
 */
export async function runTarget(
  task: Omit<SearchTask, "desk">,
  on: {
    readonly progress: (figures: Figures) => void;
    readonly finding: (finding: Finding) => void;
  },
): Promise<Figures> {
  const scratch = await mkdtemp(join(tmpdir(), "spillway-fuzz-"));
  const desk = join(scratch, "desk");
  const child = fork(new URL("searcher.ts", import.meta.url), [], {
    execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const killAtExit = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", killAtExit);
  let output = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (output.length < KEPT_OUTPUT) output += chunk.toString();
  });
  let figures: Figures = { executions: 0, blocks: 0, corpus: 0 };
  const { pid = -1 } = child;
  let last = { run: -1, atMs: 0 };
  let isOver = false;
  child.on("message", ({ findings, isOver: isLast, ...rest }: SearchReport) => {
    figures = rest;
    isOver = isLast;
    findings.forEach(on.finding);
    on.progress(figures);
  });
  const hung = Promise.withResolvers<string>();
  const watch = setInterval(() => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { run } = readDesk(desk);
    const { userMs } = cpuTime(pid);
    if (run !== last.run) last = { run, atMs: userMs };
    else if (userMs - last.atMs > HANG_CPU_MS) hung.resolve(`no end after ${HANG_CPU_MS} ms`);
  }, LOOK_EVERY_MS);
  const exited = Promise.withResolvers<string>();
  child.once("close", (code, signal) => exited.resolve(`ended (${signal ?? code})\n${output}`));
  child.send({ ...task, desk } satisfies SearchTask);
  const problem = await Promise.race([hung.promise, exited.promise]);
  clearInterval(watch);
  if (!isOver) {
    on.finding({ target: task.target, input: readDesk(desk).input, message: problem });
  }
  child.kill("SIGKILL");
  await exited.promise;
  process.off("exit", killAtExit);
  await rm(scratch, { recursive: true, force: true });
  return figures;
}
