import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { keptIn } from "./kept-in.ts";

/** A home and a working folder that no other run shares. */
export interface ClientHome extends AsyncDisposable {
  readonly home: string;
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;
}

/** `files` by their paths in the home. */
export async function makeClientHome(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<ClientHome> {
  const home = await mkdtemp(join(tmpdir(), "spillway-client-"));
  const work = join(home, "work");
  await mkdir(work);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), text, { mode: 0o600 });
  }
  return {
    home,
    work,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      TMPDIR: home,
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      SHELL: "/bin/bash",
      ...keptIn(),
      ...env,
    },
    async [Symbol.asyncDispose]() {
      await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

export interface ProgramOutcome {
  readonly exitCode: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

const LIMIT_MS = 60_000;

/** Runs a client to its end; in a group of its own, for some start themselves again as a child. */
export async function runClientProgram(
  home: ClientHome,
  program: string,
  args: readonly string[],
): Promise<ProgramOutcome> {
  const child = spawn(program, args, {
    cwd: home.work,
    env: home.env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const timer = setTimeout(() => endGroup(child), LIMIT_MS);
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  const { promise, resolve, reject } = Promise.withResolvers<number | NodeJS.Signals>();
  child.once("error", reject);
  child.once("close", (code, signal) => resolve(code ?? signal ?? -1));
  try {
    const exitCode = await promise;
    return { exitCode, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
  }
}

function endGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGKILL");
}

function textOf(stream: ChildProcess["stdout"]): () => string {
  let text = "";
  stream?.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}
