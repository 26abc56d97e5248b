import type { Command } from "commander";
import { example, ownedBy, type Run } from "../command-parts.ts";
import type { CliDeps } from "../deps.ts";
import type { ExplainFlags } from "./explain.ts";

/** `spillway route explain`. */
export function addRoute(program: Command, deps: CliDeps, run: Run): void {
  const route = program.command("route").description("where requests go");
  ownedBy(route.command("explain"))
    .description("what would become of a request, and why; nothing is sent")
    .requiredOption("--request <file>", "its JSON body; - is standard input")
    .option("--header <field>", "a header field, such as 'x-team: core'", collect, [])
    .option("--key <name>", "the Spillway key that it comes with")
    .option("--brings <what>", "for Anthropic: session, key or none", "session")
    .option("--path <path>", "where it is sent; else told from the body")
    .option("--as-of <time>", "another time than now, such as 2026-11-27T23:00")
    .addHelpText("after", `${example("spillway route explain --request body.json")}${LIVE}`)
    .action(async (flags: ExplainFlags) => {
      await run((await import("./explain.ts")).explainRoute(deps, flags));
    });
}

const LIVE = `
Without a server only the rules are asked; with one, all that decides is.`;

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
