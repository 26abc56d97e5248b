import type { Command } from "commander";
import { example, type OwnerFlags, ownedBy, place, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";
import type { SeedFlags } from "./seed.ts";

/** `spillway models` and `spillway seed-models`. */
export function addModels(program: Command, deps: CliDeps, run: Run): void {
  ownedBy(program.command("models"))
    .description("the models that can be asked for by name")
    .addHelpText("after", example("spillway models"))
    .action(async (flags: OwnerFlags) => {
      await run((await import("./list.ts")).showModels(deps, flags));
    });
  place(program.command("seed-models"))
    .description("write the models into the cache of Claude Code's /model")
    .option("--quiet", "say nothing unless it fails")
    .addHelpText("after", `${example("spillway seed-models")}${SEEDING}`)
    .action(async (flags: SeedFlags) => {
      await run((await import("./seed.ts")).seedModels(deps, flags));
    });
}

const SEEDING = `
For a saved login, with which Claude Code asks no gateway for models. Its folder is
CLAUDE_CONFIG_DIR, else each of quota.accounts, else ~/.claude. A cache that is there
stays while a provider is down.`;
