import { Readable } from "node:stream";
import type { Command } from "commander";
import { systemClock } from "../../src/base/clock.ts";
import type { CliDeps } from "../../src/cli/deps.ts";
import { buildProgram } from "../../src/cli/program.ts";
import type { GeneratedFile } from "../generate-prices.ts";
import { pageHead } from "./markdown.ts";

/** The page of every command, as `--help` prints it. */
export function generateCliPage(): GeneratedFile {
  const written: string[] = [];
  const program = buildProgram(depsThatOnlyWrite(written), () => undefined);
  const content = [
    ...pageHead("Command line", "src/cli/program.ts"),
    ...family(program).flatMap(({ name, command }) => [
      `## ${name}`,
      "",
      "```",
      helpOf(command, written),
      "```",
      "",
    ]),
  ].join("\n");
  return { path: "docs/reference/cli.md", content };
}

interface NamedCommand {
  readonly name: string;
  readonly command: Command;
}

function family(command: Command, above = ""): readonly NamedCommand[] {
  const name = `${above} ${command.name()}`.trim();
  return [{ name, command }, ...command.commands.flatMap((child) => family(child, name))];
}

function helpOf(command: Command, written: string[]): string {
  written.length = 0;
  command.outputHelp();
  return written.join("").trim();
}

function depsThatOnlyWrite(written: string[]): CliDeps {
  const output = { isTTY: false, columns: 80, write: (text: string) => written.push(text) };
  const stream = { ...output, on: () => undefined };
  const unused = () => Promise.reject(new Error("help needs nothing from outside"));
  return {
    version: "",
    serve: unused,
    loadConfig: unused,
    openControl: unused,
    env: {},
    stdin: () => Readable.from([]),
    stdout: stream,
    stderr: stream,
    clock: systemClock,
    sleep: unused,
    homeDir: "",
    platform: "linux",
    cwd: "",
    host: { node: "", main: "", uid: undefined, run: unused },
  };
}
