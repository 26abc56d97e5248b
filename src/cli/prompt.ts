import { createInterface } from "node:readline";
import type { CliDeps } from "./deps.ts";

type Terminal = Pick<CliDeps, "stdin" | "stderr">;

/** Asks for a line that the terminal does not show; undefined when it is broken off. */
export async function askHidden(terminal: Terminal, question: string): Promise<string | undefined> {
  // As a terminal, readline takes over the echo, and without an output there is none.
  const line = await readLine(terminal, question, true);
  terminal.stderr.write("\n");
  return line;
}

/** Asks a question that enter answers with `fallback`; undefined when it is broken off. */
export async function askYesNo(
  terminal: Terminal,
  question: string,
  fallback: boolean,
): Promise<boolean | undefined> {
  const hint = fallback ? "[Y/n]" : "[y/N]";
  for (;;) {
    // The terminal itself shows what is typed, and ends the program on Ctrl-C.
    const line = await readLine(terminal, `${question} ${hint} `, false);
    const answer = line?.trim().toLowerCase();
    if (answer === undefined) {
      terminal.stderr.write("\n");
      return undefined;
    }
    if (answer === "") return fallback;
    if (answer === "y" || answer === "yes") return true;
    if (answer === "n" || answer === "no") return false;
  }
}

/** Questions go to standard error: what a command gives out can be piped away. */
async function readLine(
  { stdin, stderr }: Terminal,
  question: string,
  isHidden: boolean,
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const lines = createInterface({ input: stdin(), terminal: isHidden, historySize: 0 });
  lines.once("line", resolve);
  // Ctrl-D, or the end of what was there to read.
  lines.once("close", () => resolve(undefined));
  lines.once("SIGINT", () => resolve(undefined));
  // Only now: whoever sees the question may type at once, and the terminal shows nothing any more.
  stderr.write(question);
  const line = await promise;
  lines.close();
  return line;
}
