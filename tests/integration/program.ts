import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { nodeBinary } from "../upstream/gateway.ts";

/** What a run of the program left on its outputs. */
export interface ProgramRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is piped in; nothing otherwise. */
  readonly input?: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PROGRAM = process.env["SPILLWAY_TEST_MAIN"] ?? join(ROOT, "src/main.ts");
const LIMIT_MS = 60_000;

/** Runs a command of the real program to its end. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramRun> {
  const child = start(nodeBinary(), [PROGRAM, ...args], options);
  child.stdin.end(options.input ?? "");
  const { promise, texts } = collect(child);
  const code = await promise;
  return { code, ...texts };
}

/** Something that is typed as soon as a text stands on the screen. */
export interface Typed {
  readonly after: string;
  readonly text: string;
}

/** Runs a command at a terminal, where `script` of util-linux makes one. */
export async function runAtTerminal(
  args: readonly string[],
  typed: readonly Typed[],
  options: ProgramOptions,
): Promise<ProgramRun> {
  const line = [nodeBinary(), PROGRAM, ...args].map((word) => `'${word}'`).join(" ");
  const child = start("script", ["-qec", line, "/dev/null"], options);
  const waiting = [...typed];
  let seen = "";
  child.stdout.on("data", (chunk: string) => {
    seen += chunk;
    const [next] = waiting;
    if (next === undefined || !seen.includes(next.after)) return;
    seen = "";
    waiting.shift();
    child.stdin.write(next.text);
  });
  const { promise, texts } = collect(child);
  const code = await promise;
  return { code, ...texts };
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

function start(file: string, args: readonly string[], { home, env }: ProgramOptions): Child {
  const child = spawn(file, args, {
    cwd: home,
    env: { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm", SHELL: "/bin/sh", ...env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  // A command that does not read leaves the pipe broken.
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8");
  child.stderr.setEncoding("utf8");
  return child;
}

function collect(child: Child) {
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: string) => {
    texts.out += chunk;
  });
  child.stderr.on("data", (chunk: string) => {
    texts.err += chunk;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once("error", reject);
  child.once("close", resolve);
  return { promise, texts };
}
