import { type Command, InvalidArgumentError, Option } from "commander";
import { example, type OwnerFlags, ownedBy, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";
import { type KeySettingsFlags, NONE } from "./flags.ts";
import type { RotateFlags } from "./rotate.ts";

/** `spillway keys …`. */
export function addKeys(program: Command, deps: CliDeps, run: Run): void {
  const keys = program
    .command("keys")
    .description("keys that Spillway issues: who calls, and what they may spend")
    .helpCommand(false)
    .addHelpText("after", example("spillway keys create --name laptop"));
  ownedBy(settings(keys.command("create").requiredOption("--name <name>", "what it is called")))
    .description("make a key and show it, this once")
    .addHelpText("after", example("spillway keys create --name ci --budget 500/month"))
    .action(async (flags: OwnerFlags & KeySettingsFlags) => {
      await run((await import("./create.ts")).createKey(deps, flags));
    });
  ownedBy(keys.command("list"))
    .description("all keys, and what is used of their limits")
    .addHelpText("after", example("spillway keys list"))
    .action(async (flags: OwnerFlags) => {
      await run((await import("./list.ts")).listKeys(deps, flags));
    });
  ownedBy(oneKey(keys.command("show")))
    .description("what a key is, and what it allows")
    .addHelpText("after", example("spillway keys show laptop"))
    .action(async (key: string, flags: OwnerFlags) => {
      await run((await import("./show.ts")).showKey(deps, key, flags));
    });
  ownedBy(settings(oneKey(keys.command("update")).option("--name <name>", "its new name")))
    .description("change what the flags name; none takes a limit away")
    .addHelpText("after", example("spillway keys update laptop --budget none --expires 90d"))
    .action(async (key: string, flags: OwnerFlags & KeySettingsFlags) => {
      await run((await import("./update.ts")).updateKey(deps, key, flags));
    });
  ownedBy(oneKey(keys.command("rotate")))
    .description("give a key a new secret and show it, this once")
    .option("--overlap <span>", "how long the one before goes on working; 0s ends it", "24h")
    .addHelpText("after", example("spillway keys rotate laptop --overlap 1h"))
    .action(async (key: string, flags: RotateFlags) => {
      await run((await import("./rotate.ts")).rotateKey(deps, key, flags));
    });
  ownedBy(oneKey(keys.command("revoke")))
    .description("end a key for good")
    .addHelpText("after", example("spillway keys revoke laptop"))
    .action(async (key: string, flags: OwnerFlags) => {
      await run((await import("./revoke.ts")).revokeKey(deps, key, flags));
    });
}

function oneKey(command: Command): Command {
  return command.argument("<key>", "its id or its name", readName);
}

function settings(command: Command): Command {
  return command
    .addOption(new Option("--role <role>", "the first key is an owner").choices(ROLES))
    .option("--budget <amount/period>", "such as 500/month; day and week too, each once", collect)
    .option("--currency <code>", "of the budgets, such as INR")
    .option("--daily-requests <count>", "most requests that cost something, a day", readCount)
    .option("--rpm <count>", "most requests a minute", readCount)
    .option("--tpm <count>", "most tokens a minute, without those read from a cache", readCount)
    .option("--concurrency <count>", "most requests at a time", readCount)
    .option("--session-concurrency <count>", "most requests at a time in one session", readCount)
    .option("--models <ids>", "such as claude-opus-*, more with commas", collectIds)
    .addOption(new Option("--mode <mode>", "whose credential pays").choices(MODES))
    .option("--data-policy <policy>", "where data may go, such as us_only")
    .option("--time-zone <zone>", "in which days begin, such as Asia/Kolkata")
    .option("--expires <span>", "from now, such as 30d")
    .option("--principal <name>", "who the requests count for, if not the name");
}

const ROLES = ["owner", "member"];
const MODES = ["session", "inject", "overflow", NONE];

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text.trim()];
}

/** No ids at all would mean every model: an empty variable of a shell must not. */
function collectIds(text: string, before: readonly string[] = []): readonly string[] {
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (ids.length === 0) throw new InvalidArgumentError("Expected model ids.");
  return [...before, ...ids];
}

function readCount(text: string): string {
  if (text === NONE || /^[0-9]{1,15}$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a whole number, or none.");
}

function readName(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected an id or a name.");
}
