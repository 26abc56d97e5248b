import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkArchitecture } from "./check-architecture.ts";
import { checkBans } from "./check-bans.ts";
import { checkCatalogue } from "./check-catalogue.ts";
import { checkCompose, checkDockerfile } from "./check-container.ts";
import { checkPackages } from "./check-packages.ts";
import { fileSizes } from "./check-sizes.ts";
import { staleFiles } from "./generate.ts";
import { projectFiles, ROOT } from "./project-files.ts";
import { runCommand } from "./run-command.ts";

interface Step {
  readonly name: string;
  /** What is wrong, a line or a block each; empty when all is well. */
  readonly run: () => Promise<readonly string[]>;
}

const files = projectFiles();

const STEPS: readonly Step[] = [
  program("format", "node_modules/@biomejs/biome/bin/biome", "check", ".", "--reporter=concise"),
  program(
    "lint",
    "node_modules/oxlint/bin/oxlint",
    "--type-aware",
    "--report-unused-disable-directives-severity=error",
    "--quiet",
    "--format=unix",
  ),
  program("types", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--pretty", "false"),
  program("types of mjs", "node_modules/typescript/bin/tsc", "-p", "tools/tsconfig.json"),
  step("architecture", () => checkArchitecture(files)),
  step("bans", () => checkBans(files)),
  step("packages", () => checkPackages(files)),
  step("catalogue", checkCatalogue),
  step("generated", staleFiles),
  step("container", () => [
    ...checkFile("Dockerfile", checkDockerfile),
    ...checkFile("compose.yaml", checkCompose),
  ]),
  { name: "shell", run: checkShellScripts },
];

const results = await runAll(STEPS);
const isSound = results.every(({ complaints }) => complaints.length === 0);
// The unit tests wait, so that their output does not hide what the quick steps found.
const unit = isSound ? await runAll([program("unit", "tools/run-tests.ts", "src/", "tools/")]) : [];

const all = [...results, ...unit];
for (const { name, complaints, tookMs } of all) {
  console.log(`${complaints.length === 0 ? "ok  " : "FAIL"} ${name.padEnd(13)} ${tookMs} ms`);
}
if (!isSound) console.log("skip unit          until the steps above pass");
console.log(fileSizes(files).join("\n"));
for (const { name, complaints } of all.filter((result) => result.complaints.length > 0)) {
  console.log(`\n${name}:\n${complaints.join("\n")}`);
}
process.exitCode = all.every(({ complaints }) => complaints.length === 0) ? 0 : 1;

function runAll(steps: readonly Step[]) {
  return Promise.all(
    steps.map(async ({ name, run }) => {
      const startedAt = performance.now();
      const complaints = await run();
      return { name, complaints, tookMs: Math.round(performance.now() - startedAt) };
    }),
  );
}

function program(name: string, ...args: readonly string[]): Step {
  return {
    name,
    run: async () => {
      const { ok, output } = await runCommand(process.execPath, args);
      return ok ? [] : [output];
    },
  };
}

function step(name: string, check: () => readonly string[]): Step {
  return { name, run: async () => check() };
}

function checkFile(file: string, check: (text: string) => readonly string[]): readonly string[] {
  const path = join(ROOT, file);
  return existsSync(path) ? check(readFileSync(path, "utf8")) : [];
}

/** Whether every script parses in the shell, or the Node, that its first line or its name asks for. */
async function checkShellScripts(): Promise<readonly string[]> {
  const checks = files.flatMap((file): readonly (readonly [string, readonly string[]])[] => {
    if (file.endsWith(".mjs")) return [[process.execPath, ["--check", file]]];
    if (!file.endsWith(".sh") && file !== "spillway" && file !== ".ci/run") return [];
    const firstLine = readFileSync(join(ROOT, file), "utf8").split("\n")[0] ?? "";
    return [[firstLine.includes("bash") ? "bash" : "sh", ["-n", file]]];
  });
  const outcomes = await Promise.all(checks.map(([shell, args]) => runCommand(shell, args)));
  return outcomes.filter(({ ok }) => !ok).map(({ output }) => output);
}
