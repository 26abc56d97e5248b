import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Result } from "../base/result.ts";
import { addByok } from "./byok/register.ts";
import { example, type JsonOption, type PlaceOptions, place, type Run } from "./command-parts.ts";
import { addConnect } from "./connect/register.ts";
import { type CliDeps, type CliFailure, EXIT } from "./deps.ts";
import { exposedSecret } from "./exposed-secret.ts";
import { addKeys } from "./keys/register.ts";
import { findDataDir } from "./location.ts";
import { addModels } from "./models/register.ts";
import { addRoute } from "./route/register.ts";
import { addService } from "./service/register.ts";
import { addSetup } from "./setup/register.ts";
import { USAGE_GROUPS } from "./source.ts";

const EXIT_CODES = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not running or nothing found.`;

/** Runs one command; `argv` is what stands after the program's name. Gives the exit code. */
export async function runCli(argv: readonly string[], deps: CliDeps): Promise<number> {
  const exposed = exposedSecret(argv);
  if (exposed !== undefined) {
    deps.stderr.write(`spillway: ${exposed.message}\n`);
    return exposed.code;
  }
  let code: number = EXIT.ok;
  const program = buildProgram(deps, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    // Help and version end as an error of code 0; the text is out already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

/** Describes every command. What a command needs is loaded when it runs, so that short ones start quickly. */
export function buildProgram(deps: CliDeps, end: (exitCode: number) => void): Command {
  const run: Run = async (work: Promise<Result<number | undefined, CliFailure>>) => {
    const result = await work;
    if (!result.ok) deps.stderr.write(`spillway: ${result.error.message}\n`);
    end(result.ok ? (result.value ?? EXIT.ok) : result.error.code);
  };
  const program = new Command("spillway")
    .description("The gateway that coding agents talk to: every request priced, none changed.")
    .version(deps.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      writeErr: (text) => deps.stderr.write(text.replace(/^error: /, "spillway: ")),
      getOutHelpWidth: () => Math.min(80, deps.stdout.columns ?? 80),
      getErrHelpWidth: () => Math.min(80, deps.stderr.columns ?? 80),
    })
    .showHelpAfterError('Try "spillway --help" or "spillway <command> --help".')
    .addHelpText("after", EXIT_CODES);
  addServe(program, deps, end);
  addConnect(program, deps, run);
  addService(program, deps, run);
  addSetup(program, deps, run);
  addStatus(program, deps, run);
  addStatusLine(program, deps);
  addUsage(program, deps, run);
  addTail(program, deps, run);
  addWhy(program, deps, run);
  addKeys(program, deps, run);
  addByok(program, deps, run);
  addModels(program, deps, run);
  addRoute(program, deps, run);
  return program;
}

function addServe(program: Command, deps: CliDeps, end: (exitCode: number) => void): void {
  place(program.command("serve"))
    .description("run the gateway until it is told to end")
    .option("--port <number>", "TCP port to listen on (default: 4080)")
    .option("--bind <address>", "address to listen on (default: 127.0.0.1)")
    .option("--anthropic-url <url>", "the Anthropic upstream")
    .option("--log-level <level>", "error, warn, info, debug or trace")
    .option("--log-format <format>", "auto, pretty or json")
    .option("--log-dir <path>", "write the log there, in files of at most 1 MB")
    .option("--json", "the same as --log-format json")
    .addHelpText("after", example("spillway serve --port 4090"))
    .action(async (options: ServeOptions) => {
      const { json, ...flags } = options;
      end(await deps.serve(json === true ? { ...flags, logFormat: "json" } : flags));
    });
}

interface ServeOptions extends PlaceOptions {
  readonly port?: string;
  readonly bind?: string;
  readonly anthropicUrl?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly logDir?: string;
  readonly json?: boolean;
}

function addStatus(program: Command, deps: CliDeps, run: Run): void {
  place(program.command("status"))
    .description("whether it runs, what today has cost, how full the subscription is")
    .option("--json", "print JSON")
    .addOption(new Option("--watch", "stay, and show what changes").conflicts("json"))
    .addHelpText("after", `${example("spillway status")}\nEnds with 3 when it is not running.`)
    .action(async (options: PlaceOptions & JsonOption & { readonly watch?: boolean }) => {
      if (options.watch === true) {
        const { watchStatus } = await import("./watch/run.ts");
        await run(watchStatus(deps, options));
        return;
      }
      const { showStatus } = await import("./commands/status.ts");
      await run(showStatus(deps, { ...options, json: options.json === true }));
    });
}

function addStatusLine(program: Command, deps: CliDeps): void {
  place(program.command("statusline"))
    .description("one line for Claude Code, which sends its JSON to standard input")
    .addHelpText("after", `${example("spillway statusline")}\nSet it up: spillway setup statusline`)
    .action(async (options: PlaceOptions) => {
      const { makeStatusLine } = await import("./statusline/main.ts");
      const dataDir = await findDataDir(deps, options);
      const stdin = deps.stdin();
      const line = await makeStatusLine({
        dataDir: dataDir.ok ? dataDir.value : undefined,
        stdin: stdin.isTTY === true ? undefined : stdin,
        env: deps.env,
        now: () => deps.clock.now(),
      });
      deps.stdout.write(`${line}\n`);
    });
}

function addUsage(program: Command, deps: CliDeps, run: Run): void {
  place(program.command("usage"))
    .description("what was used and what it cost, book by book")
    .option("--since <span>", "today, month, 7d, 24h or a date such as 2026-11-01", "7d")
    .addOption(new Option("--by <what>", "one line for each of them").choices([...USAGE_GROUPS]))
    .option("--json", "print JSON")
    .addHelpText("after", example("spillway usage --since month --by model"))
    .action(async (options: PlaceOptions & JsonOption & { since: string; by?: string }) => {
      const { showUsage } = await import("./commands/usage.ts");
      const by = USAGE_GROUPS.find((name) => name === options.by);
      await run(showUsage(deps, { ...options, by: by ?? "none", json: options.json === true }));
    });
}

function addTail(program: Command, deps: CliDeps, run: Run): void {
  place(program.command("tail"))
    .description("one line for each request as it finishes")
    .option("-n <count>", "how many of the last ones to begin with", readCount, 20)
    .option("--no-follow", "end after those")
    .option("--json", "print one JSON object on each line")
    .addHelpText("after", `${example("spillway tail -n 50 --no-follow")}${TAIL_COLUMNS}`)
    .action(async (options: PlaceOptions & JsonOption & { n: number; follow: boolean }) => {
      const { showTail } = await import("./commands/tail.ts");
      await run(showTail(deps, { ...options, count: options.n, json: options.json === true }));
    });
}

const TAIL_COLUMNS = `
Columns: TOTAL and FIRST are the time to the last and the first byte, IN is all
input tokens, CACHE the share of them read from the cache. ? is unknown.`;

function addWhy(program: Command, deps: CliDeps, run: Run): void {
  place(program.command("why"))
    .description("everything that is known of one request")
    .argument("<id>", "its x-spillway-request-id, the beginning of it, or last")
    .option("--json", "print JSON")
    .addHelpText("after", `${example("spillway why last")}\nEnds with 3 when there is none.`)
    .action(async (id: string, options: PlaceOptions & JsonOption) => {
      const { explainExchange } = await import("./commands/why.ts");
      await run(explainExchange(deps, { ...options, id, json: options.json === true }));
    });
}

const MAX_TAIL = 10_000;

function readCount(text: string): number {
  const count = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && count <= MAX_TAIL) return count;
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${MAX_TAIL}.`);
}
