import type { Command } from "commander";
import { fail } from "../../base/result.ts";
import { example, type OwnerFlags, ownedBy, place, type Run } from "../command-parts.ts";
import { type CliDeps, cliFailure, EXIT } from "../deps.ts";
import type { SetFlags } from "./set.ts";

/** `spillway byok …`. */
export function addByok(program: Command, deps: CliDeps, run: Run): void {
  const byok = program
    .command("byok")
    .description("your own provider keys, stored sealed: they pay where no login does")
    .helpCommand(false)
    .addHelpText("after", example("spillway byok set anthropic"));
  addSet(byok, deps, run);
  ownedBy(byok.command("list"))
    .description("the stored keys, by their masks")
    .addHelpText("after", example("spillway byok list"))
    .action(async (flags: OwnerFlags) => {
      await run((await import("./list.ts")).listStored(deps, flags));
    });
  ownedBy(byok.command("test").argument("<provider>", PROVIDER))
    .description("ask the provider whether it takes the stored key")
    .addHelpText("after", `${example("spillway byok test anthropic")}\n${TEST_CODES}`)
    .action(async (provider: string, flags: OwnerFlags) => {
      await run((await import("./check.ts")).checkStored(deps, provider, flags));
    });
  ownedBy(byok.command("remove").argument("<provider>", PROVIDER))
    .description("forget a stored key")
    .addHelpText("after", example("spillway byok remove anthropic"))
    .action(async (provider: string, flags: OwnerFlags) => {
      await run((await import("./remove.ts")).removeStored(deps, provider, flags));
    });
  place(byok.command("rotate-master-key"))
    .description("seal all stored keys by a new master key")
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway byok rotate-master-key"))
    .action(async (flags: OwnerFlags) => {
      await run((await import("./rotate-master-key.ts")).rotateMasterKey(deps, flags));
    });
}

const PROVIDER = "whose key it is, such as anthropic";
const TEST_CODES = "Ends with 1 unless the provider takes it.";

/** Whatever it does not know may be a key, which the usual complaint would repeat. */
function addSet(byok: Command, deps: CliDeps, run: Run): void {
  ownedBy(byok.command("set").argument("<provider>", PROVIDER))
    .description("store a provider's key, which it asks for or reads from a pipe")
    .option("--label <text>", "what it is for, such as claude-code")
    .option("--overflow", "sessions go on with it when the subscription is full")
    .option("--no-overflow", "they do not")
    .allowUnknownOption()
    .allowExcessArguments()
    .addHelpText("after", `${example("spillway byok set anthropic --label claude-code")}${PIPE}`)
    .action(async (provider: string, flags: SetFlags, command: Command) => {
      const isClear = command.args.length === 1 && !provider.startsWith("-");
      await run(
        isClear
          ? (await import("./set.ts")).setKey(deps, provider, flags)
          : Promise.resolve(fail(NOT_AN_ARGUMENT)),
      );
    });
}

const PIPE = `
Without a terminal the key comes from standard input: … set anthropic < file`;

const NOT_AN_ARGUMENT = cliFailure(
  EXIT.usage,
  "byok set takes a provider and the flags in its --help, and there is more.\nThe key is no argument, for others would see it: it is asked for, or piped in.",
);
