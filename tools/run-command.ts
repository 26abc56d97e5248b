import { spawn } from "node:child_process";
import { ROOT } from "./project-files.ts";

export interface CommandOutcome {
  readonly ok: boolean;
  /** Standard output and standard error, interleaved as they came. */
  readonly output: string;
}

/** Runs a program to its end in the repository's root and keeps what it printed. */
export function runCommand(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => {
      resolve({ ok: false, output: `${file}: ${error.message}` });
    });
    child.on("close", (code) => {
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString().trim() });
    });
  });
}
