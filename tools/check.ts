import { performance } from "node:perf_hooks";
import { checkArchitecture } from "./check-architecture.ts";
import { projectFiles } from "./project-files.ts";
import { runCommand } from "./run-command.ts";

interface Step {
  readonly name: string;
  /** What is wrong, a line or a block each; empty when all is well. */
  readonly run: () => Promise<readonly string[]>;
}

const tool = (name: string, ...args: string[]): Step => ({
  name,
  run: async () => {
    const { ok, output } = await runCommand(process.execPath, args);
    return ok ? [] : [output];
  },
});

const files = projectFiles();

const STEPS: readonly Step[] = [
  tool("format", "node_modules/@biomejs/biome/bin/biome", "check", ".", "--reporter=concise"),
  tool(
    "lint",
    "node_modules/oxlint/bin/oxlint",
    "--type-aware",
    "--report-unused-disable-directives-severity=error",
    "--quiet",
    "--format=unix",
  ),
  tool("types", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json", "--pretty", "false"),
  { name: "architecture", run: async () => checkArchitecture(files) },
];

const results = await Promise.all(
  STEPS.map(async ({ name, run }) => {
    const startedAt = performance.now();
    const complaints = await run();
    return { name, complaints, tookMs: Math.round(performance.now() - startedAt) };
  }),
);

for (const { name, complaints, tookMs } of results) {
  console.log(`${complaints.length === 0 ? "ok  " : "FAIL"} ${name.padEnd(14)} ${tookMs} ms`);
}
for (const { name, complaints } of results.filter((result) => result.complaints.length > 0)) {
  console.log(`\n${name}:\n${complaints.join("\n")}`);
}
process.exitCode = results.every(({ complaints }) => complaints.length === 0) ? 0 : 1;
