import type { CliDeps, ProgramOutcome } from "../deps.ts";
import type { ServiceFile, ServiceSettings } from "./settings.ts";

/** A program that is run on the way, and what to do when it fails: stop, go on, or try another. */
export interface Step {
  readonly argv: readonly string[];
  readonly mayFail?: boolean;
  /** Whether it did what it should is asked afterwards, and its own word does not count. */
  readonly isAskedAfter?: boolean;
  /** Half a second apart, until one succeeds; once unless set. */
  readonly tries?: number;
  readonly instead?: readonly string[];
}

/** What the system says of the service. */
export interface ServiceState {
  /** Why the system's manager cannot be asked; undefined when it answered. */
  readonly unreachable: string | undefined;
  /** Whether it starts by itself. */
  readonly enabled: boolean;
  readonly active: boolean;
  readonly pid: number | undefined;
  /** In the manager's own words, such as `failed (Result: exit-code)`. */
  readonly words: string;
}

/** A system's way of keeping a program running for a user. Builds texts and commands; touches nothing. */
export interface ServiceManager {
  readonly name: string;
  /** The folder of the file with secrets, apart from the data, which is copied for backups. */
  readonly ownDir: string;
  /** In it. */
  readonly secretsFile: string;
  /** The service is installed when this file is there. */
  readonly definition: string;
  /** The other files that uninstalling removes. */
  readonly alsoRemoved: readonly string[];
  /** Links that the system makes to the definition. */
  readonly links: readonly string[];
  files(settings: ServiceSettings): readonly ServiceFile[];
  readonly query: readonly string[];
  readState(outcome: ProgramOutcome): ServiceState;
  /** Brings a service up whose files are written; `isChanged` when one that runs has to begin anew. */
  start(isChanged: boolean): readonly Step[];
  readonly stop: readonly Step[];
  /** After the files are gone. */
  readonly forget: readonly Step[];
  /** For people, after an installation. */
  readonly hints: readonly string[];
}

export type Machine = Pick<CliDeps, "platform" | "env" | "homeDir" | "host">;

/** What a manager that gave no answer says of itself, in one line. */
export function unreachableState({ code, err }: ProgramOutcome, program: string): ServiceState {
  const [line = ""] = err.trim().split("\n");
  const why = code === undefined ? `there is no ${program} here` : line;
  return {
    unreachable: why === "" ? `${program} ended with ${code}` : why,
    enabled: false,
    active: false,
    pid: undefined,
    words: "unknown",
  };
}
