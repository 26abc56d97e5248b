import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../project-files.ts";
import type { Isolation } from "./isolation.ts";
import { type FileOutcome, judgeFile, type TestEvent } from "./outcome.ts";

const DEADLINE_MS = 15 * 60 * 1_000;
const KEPT_OUTPUT_CHARS = 20_000;
const REPORTER = pathToFileURL(join(import.meta.dirname, "event-lines.mjs")).href;

/** Settings of the person who runs the tests, which must not reach the programs under test. */
const FOREIGN_SETTINGS =
  /^(?:ANTHROPIC|CLAUDE|CODEX|GEMINI|OPENAI|SPILLWAY(?!_TEST_))|^(?:PORT|BIND|NODE_ENV|NODE_OPTIONS|NODE_TEST_CONTEXT)$|^(?:https?|all|no)_proxy$/i;

export interface RunFileOptions {
  readonly isolation: Isolation;
  readonly namePattern: string | undefined;
  /** A folder for the reporter's file; the caller removes it. */
  readonly scratch: string;
  /** Told of each process, so that an interrupted run can end them. */
  readonly onStart: (child: ChildProcess) => void;
}

/** Runs one test file in a process group of its own and ends whatever it leaves behind. */
export async function runFile(file: string, options: RunFileOptions): Promise<FileOutcome> {
  const startedAt = performance.now();
  const events = join(options.scratch, `${file.replaceAll(/[^\w.]/g, "_")}.jsonl`);
  const [program, ...args] = [
    ...options.isolation,
    process.execPath,
    `--test-reporter=${REPORTER}`,
    `--test-reporter-destination=${events}`,
    ...(options.namePattern === undefined ? [] : [`--test-name-pattern=${options.namePattern}`]),
    file,
  ];
  const child = spawn(program, args, {
    cwd: ROOT,
    env: ownEnvironment(process.env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  options.onStart(child);
  const { exit, output } = await ended(child);
  return judgeFile({
    file,
    events: readEvents(events),
    exit,
    output,
    tookMs: Math.round(performance.now() - startedAt),
    mayBeEmpty: options.namePattern !== undefined,
  });
}

function ended(
  child: ReturnType<typeof spawn>,
): Promise<{ readonly exit: number | NodeJS.Signals | "deadline"; readonly output: string }> {
  return new Promise((resolve) => {
    let output = "";
    let isLate = false;
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-KEPT_OUTPUT_CHARS);
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const deadline = setTimeout(() => {
      isLate = true;
      endGroup(child);
    }, DEADLINE_MS);
    child.on("error", (error) => keep(Buffer.from(error.message)));
    child.on("exit", () => {
      clearTimeout(deadline);
      // Processes that the tests forgot would keep our pipes open.
      endGroup(child);
    });
    child.on("close", (code, signal) => {
      resolve({ exit: isLate ? "deadline" : (code ?? signal ?? 1), output: output.trim() });
    });
  });
}

/** Kills a test file's process and everything that it started. */
export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

/** The environment for tests: without proxies, and without the settings of agents and gateways. */
export function ownEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN_SETTINGS.test(name)));
}

function readEvents(path: string): readonly TestEvent[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line) => parseEvent(line));
  } catch {
    return [];
  }
}

function parseEvent(line: string): readonly TestEvent[] {
  try {
    const event: TestEvent = JSON.parse(line);
    return [event];
  } catch {
    // The last line of a process that was killed while it wrote.
    return [];
  }
}
