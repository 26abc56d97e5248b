import { runCommand } from "./run-command.ts";

/** Formatting first, then the lint fixes that cannot change what the code does. */
const STEPS = [
  ["node_modules/@biomejs/biome/bin/biome", "check", "--write", "."],
  ["node_modules/oxlint/bin/oxlint", "--type-aware", "--fix", "--quiet", "--format=unix"],
  ["node_modules/@biomejs/biome/bin/biome", "check", "--write", "."],
] as const;

for (const args of STEPS) {
  const { ok, output } = await runCommand(process.execPath, args);
  if (output !== "") console.log(output);
  if (!ok) process.exitCode = 1;
}
