import type { Clock } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import type { ConfigFlags, Environment } from "../config/inputs.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { ConfigProblem } from "../config/problem.ts";
import type { Control, ControlRefusal } from "./control.ts";

/** Where text goes; `process.stdout` is one. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  /** The terminal has another size now. */
  on(event: "resize", listener: () => void): unknown;
}

/** Where text comes from; `process.stdin` is one. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  /** Terminals have it: every key arrives as it is pressed, and shows nothing. */
  setRawMode?(isRaw: boolean): unknown;
};

export interface ServeFlags extends ConfigFlags {
  /** Where a service keeps its logs; standard output otherwise. */
  readonly logDir?: string | undefined;
}

/** Everything that the commands need from outside; `main.ts` provides it. */
export interface CliDeps {
  readonly version: string;
  /** Runs the server until it is told to end; gives the exit code. */
  readonly serve: (flags: ServeFlags) => Promise<number>;
  /** `variables` are added to the environment's, and win. */
  readonly loadConfig: (
    flags: ConfigFlags,
    variables?: Environment,
  ) => Promise<Result<LoadedConfig, readonly ConfigProblem[]>>;
  /** Answers like a server of this configuration, without one; takes the data directory for this process alone. */
  readonly openControl: (loaded: LoadedConfig) => Promise<Result<Control, ControlRefusal>>;
  readonly env: Environment;
  /** A function, because the mere mention of `process.stdin` opens it. */
  readonly stdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  /** Aborted, it ends at once. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly homeDir: string;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  readonly host: Host;
}

/** What a program said until it ended; `code` is undefined when it could not be started. */
export interface ProgramOutcome {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

/** The system around this process. */
export interface Host {
  /** Absolute paths of the Node that runs this, and of the program that it runs. */
  readonly node: string;
  readonly main: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly run: (argv: readonly string[]) => Promise<ProgramOutcome>;
}

/** What exit codes say; the guide and `--help` have the same list. */
export const EXIT = { ok: 0, failure: 1, usage: 2, nothing: 3 } as const;

/** Why a command ends without doing what it was asked, with the remedy in the message. */
export interface CliFailure {
  readonly code: 1 | 2 | 3;
  readonly message: string;
}

export function cliFailure(code: CliFailure["code"], message: string): CliFailure {
  return { code, message };
}
