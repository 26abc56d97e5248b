import { type Command, Option } from "commander";
import { example, type PlaceOptions, place, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";
import { LEVELS } from "./quota-rules.ts";

interface ActionOptions extends PlaceOptions {
  readonly print?: boolean;
  readonly undo?: boolean;
}

/** `spillway setup …`: what is set up around Spillway, and taken back. */
export function addSetup(program: Command, deps: CliDeps, run: Run): void {
  const setup = program
    .command("setup")
    .description("show the quota where you look: status line, rules for Claude")
    .helpCommand(false)
    .addHelpText("after", example("spillway setup statusline"));
  withActions(setup.command("statusline"))
    .description("limits, cost and overflow in Claude Code's status line")
    .option("--force", "also where there is another status line")
    .addHelpText("after", example("spillway setup statusline"))
    .action(async (options: ActionOptions & { readonly force?: boolean }) => {
      const { setUpStatusLine } = await import("./statusline.ts");
      const action = actionOf(options);
      await run(setUpStatusLine(deps, { ...options, action, force: options.force === true }));
    });
  withActions(setup.command("quota-rules"))
    .description("rules by which Claude minds the quota, and the quota with every prompt")
    .addOption(
      new Option("--level <level>", "from light to strict, or all of them")
        .choices([...LEVELS, "all"])
        .default("all"),
    )
    .addHelpText("after", example("spillway setup quota-rules --level warn"))
    .action(async (options: ActionOptions & { readonly level: string }) => {
      const { setUpQuotaRules } = await import("./quota.ts");
      const level = LEVELS.find((known) => known === options.level) ?? "all";
      await run(setUpQuotaRules(deps, { ...options, action: actionOf(options), level }));
    });
}

function withActions(command: Command): Command {
  return place(command)
    .addOption(new Option("--print", "show what would be written and change nothing"))
    .addOption(new Option("--undo", "take exactly that out again").conflicts("print"));
}

function actionOf({ print, undo }: ActionOptions): "write" | "print" | "undo" {
  if (undo === true) return "undo";
  return print === true ? "print" : "write";
}
