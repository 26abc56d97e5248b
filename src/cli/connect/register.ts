import { type Command, Option } from "commander";
import { ok, type Result } from "../../base/result.ts";
import { example, type PlaceOptions, place, type Run } from "../command-parts.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import type { Action, TextConnection } from "./text-file.ts";

interface ConnectOptions extends PlaceOptions {
  readonly print?: boolean;
  readonly write?: boolean;
  readonly undo?: boolean;
  readonly url?: string;
  readonly json?: boolean;
}

interface ClaudeCodeOptions extends ConnectOptions {
  readonly scope: string;
  readonly settings?: string;
  readonly oneMillion?: boolean;
  readonly traceparent?: boolean;
  readonly overflow?: boolean;
  readonly pinModels?: boolean;
}

/** `spillway connect …`. */
export function addConnect(program: Command, deps: CliDeps, run: Run): void {
  const connect = program
    .command("connect")
    .description("point a coding agent at Spillway")
    .helpCommand(false)
    .addHelpText("after", example("spillway connect claude-code"));
  addClaudeCode(connect, deps, run);
  addCodex(connect, deps, run);
  addGeminiCli(connect, deps, run);
}

function addClaudeCode(connect: Command, deps: CliDeps, run: Run): void {
  writing(connect.command("claude-code"))
    .description("show or write the settings that connect Claude Code")
    .addOption(
      new Option("--scope <scope>", "your settings, or this project's local ones")
        .choices(["user", "project"])
        .default("user"),
    )
    .option("--settings <path>", "another settings file")
    .option("--one-million", "models with a context window of 1M tokens; pins the models")
    .option("--traceparent", "let Claude Code send its trace ids along")
    .option("--overflow", "go on with the stored key when the plan is full")
    .option("--pin-models", "name the models behind opus, sonnet and haiku")
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway connect claude-code --write"))
    .action(async (options: ClaudeCodeOptions) => {
      const { connectClaudeCode } = await import("./command.ts");
      await run(
        connectClaudeCode(deps, {
          ...options,
          action: actionOf(options),
          scope: options.scope === "project" ? "project" : "user",
          oneMillion: options.oneMillion === true,
          traceparent: options.traceparent === true,
          overflow: options.overflow === true,
          pinModels: options.pinModels === true,
          json: options.json === true,
        }),
      );
    });
}

function addCodex(connect: Command, deps: CliDeps, run: Run): void {
  writing(connect.command("codex"))
    .description("show or write the settings that connect Codex")
    .option("--model <id>", "the model that it starts with, such as claude-sonnet-5-5")
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway connect codex --write --model claude-sonnet-5-5"))
    .action(async (options: ConnectOptions & { readonly model?: string }) => {
      const { codexConnection } = await import("./codex.ts");
      const { model } = options;
      await run(byText(deps, options, (baseUrl) => codexConnection(deps, { baseUrl, model })));
    });
}

function addGeminiCli(connect: Command, deps: CliDeps, run: Run): void {
  writing(connect.command("gemini-cli"))
    .description("show or write the settings that connect Gemini CLI")
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway connect gemini-cli --write"))
    .action(async (options: ConnectOptions) => {
      const { geminiConnection } = await import("./gemini-cli.ts");
      await run(byText(deps, options, (baseUrl) => geminiConnection(deps, { baseUrl })));
    });
}

async function byText(
  deps: CliDeps,
  options: ConnectOptions,
  connectionTo: (baseUrl: string) => TextConnection,
): Promise<Result<undefined, CliFailure>> {
  const [{ findBaseUrl }, { connectByText }] = await Promise.all([
    import("./base-url.ts"),
    import("./text-file.ts"),
  ]);
  const action = actionOf(options);
  const baseUrl = action === "undo" ? ok("") : await findBaseUrl(deps, options);
  if (!baseUrl.ok) return baseUrl;
  const json = options.json === true;
  return await connectByText(deps, connectionTo(baseUrl.value), { action, json });
}

function writing(command: Command): Command {
  return place(command)
    .addOption(new Option("--print", "show them and change nothing (default)"))
    .addOption(new Option("--write", "merge them into the settings file").conflicts("print"))
    .addOption(new Option("--undo", "take back what --write wrote").conflicts(["print", "write"]))
    .option("--url <url>", "Spillway's address, if not this machine's");
}

function actionOf({ undo, write }: ConnectOptions): Action {
  if (undo === true) return "undo";
  return write === true ? "write" : "print";
}
