import type { Command } from "commander";
import { example, type OwnerFlags, ownedBy, place, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";
import type { CheckFlags } from "./check.ts";
import type { SeedFlags } from "./seed.ts";

/** `spillway models` and `spillway seed-models`. */
export function addModels(program: Command, deps: CliDeps, run: Run): void {
  const models = ownedBy(program.command("models"))
    .description("the models that can be asked for by name")
    .addHelpText("after", example("spillway models"))
    .action(async (flags: OwnerFlags) => {
      await run((await import("./list.ts")).showModels(deps, flags));
    });
  ownedBy(models.command("check <model>"))
    .description("whether a model can be reached, where it would go, and what is known of it")
    .option("--key <name>", "the Spillway key that asks for it")
    .option(
      "--brings <what>",
      "what the caller brings for Anthropic: session, key or none",
      "session",
    )
    .addHelpText("after", example("spillway models check groq/llama-3.3-70b-versatile"))
    .action(async (model: string, _flags: CheckFlags, command: Command) => {
      // Of flags that "models" takes too, it has those that stand behind "check".
      const flags = command.optsWithGlobals<CheckFlags>();
      await run((await import("./check.ts")).checkModel(deps, model, flags));
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
