import type { Command } from "commander";
import type { Result } from "../base/result.ts";
import type { CliFailure } from "./deps.ts";
import type { PlaceFlags } from "./location.ts";

/** Waits for a command's work, and says how it ended. */
export type Run = (work: Promise<Result<number | undefined, CliFailure>>) => Promise<void>;

export interface JsonOption {
  readonly json?: boolean;
}

export interface PlaceOptions {
  readonly dataDir?: string;
  readonly config?: string;
}

/** Flags of every command about what an organisation owns. */
export interface OwnerFlags extends PlaceFlags {
  readonly organisation?: string | undefined;
  readonly json?: boolean | undefined;
}

/** The flags that say which Spillway is meant. */
export function place(command: Command): Command {
  return command
    .option("--data-dir <path>", "the directory that Spillway keeps its data in")
    .option("--config <path>", "the configuration file");
}

export function ownedBy(command: Command): Command {
  return place(command)
    .option("--organisation <name>", "whose (default: local)")
    .option("--json", "print JSON");
}

export function example(line: string): string {
  return `\nExample: ${line}`;
}
