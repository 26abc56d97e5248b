import { execFile } from "node:child_process";
import type { ProgramOutcome } from "./deps.ts";

/** A service that is told to end may finish its streams first. */
const LIMIT_MS = 120_000;

/** Runs a program to its end, without a shell and without a keyboard. */
export async function runProgram(argv: readonly string[]): Promise<ProgramOutcome> {
  const [file = "", ...args] = argv;
  const { promise, resolve } = Promise.withResolvers<ProgramOutcome>();
  const child = execFile(file, args, { timeout: LIMIT_MS }, (error, out, err) => {
    if (error === null) resolve({ code: 0, out, err });
    else if (typeof error.code === "string") resolve({ code: undefined, out, err: error.code });
    else resolve({ code: error.code ?? 1, out, err });
  });
  child.stdin?.end();
  return await promise;
}
