import { fail, ok, type Result } from "../../base/result.ts";
import { plainText } from "../../observe/terminal-line.ts";
import {
  type CliDeps,
  type CliFailure,
  cliFailure,
  type Host,
  type ProgramOutcome,
} from "../deps.ts";
import type { ServiceManager, ServiceState, Step } from "./manager.ts";

/** Asks the system about the service. */
export async function askState({ run }: Host, manager: ServiceManager): Promise<ServiceState> {
  return manager.readState(await run(manager.query));
}

const BETWEEN_TRIES_MS = 500;

/** Runs commands in their order until one fails that may not; gives those that were run. */
export async function runSteps(
  { host: { run }, sleep }: Pick<CliDeps, "host" | "sleep">,
  steps: readonly Step[],
): Promise<Result<readonly string[], CliFailure>> {
  const ran: string[] = [];
  for (const { argv, mayFail, instead, isAskedAfter, tries = 1 } of steps) {
    let outcome = await run(argv);
    for (let tried = 1; outcome.code !== 0 && tried < tries; tried += 1) {
      await sleep(BETWEEN_TRIES_MS);
      outcome = await run(argv);
    }
    ran.push(commandLine(argv));
    if (outcome.code !== 0 && instead !== undefined) {
      outcome = await run(instead);
      ran.push(commandLine(instead));
    }
    const isFailure = outcome.code !== 0 && mayFail !== true && isAskedAfter !== true;
    if (isFailure) return fail(failureOf(ran, outcome));
  }
  return ok(ran);
}

function failureOf(ran: readonly string[], { code, out, err }: ProgramOutcome): CliFailure {
  const said = plainText(err.trim() || out.trim() || "it said nothing");
  const ended = code === undefined ? "could not be run" : `ended with ${code}`;
  return cliFailure(
    1,
    `${ran.at(-1)} ${ended}: ${said}\nThe files are written. Correct this and run the command again.`,
  );
}

/** A command as one would type it. */
export function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word}"`)).join(" ");
}
