import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Finding, problemWith } from "./finding.ts";
import { type Figures, runTarget } from "./run-target.ts";
import { keepSeed } from "./seeds.ts";
import type { Target } from "./target.ts";
import { TARGETS } from "./targets/index.ts";

const USAGE = `Usage: npm run fuzz -- [--minutes N] [--target NAME,NAME] [--seed N] [--replay FILE]

  --minutes   of all targets together (default 10)
  --target    of ${TARGETS.map(({ name }) => name).join(", ")}
  --seed      of the search; the same one goes the same way
  --replay    runs one input of one target instead, and says what is wrong
`;

interface Plan {
  readonly targets: readonly Target[];
  readonly minutes: number;
  readonly seed: number;
  readonly replay: string | undefined;
}

async function main(): Promise<void> {
  const plan = readPlan(process.argv.slice(2));
  if (plan === undefined) {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  } else if (plan.replay !== undefined) {
    replay(plan.targets, plan.replay);
  } else {
    await search(plan);
  }
}

/** Undefined for what cannot be understood. */
function readPlan(argv: readonly string[]): Plan | undefined {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        minutes: { type: "string", default: "10" },
        target: { type: "string" },
        seed: { type: "string" },
        replay: { type: "string" },
      },
    });
    const names = values.target?.split(",");
    const targets = TARGETS.filter(({ name }) => names?.includes(name) ?? true);
    const minutes = Number(values.minutes);
    const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
    const isKnown = targets.length === (names ?? TARGETS).length;
    return isKnown && minutes > 0 && Number.isInteger(seed)
      ? { targets, minutes, seed, replay: values.replay }
      : undefined;
  } catch {
    return undefined;
  }
}

function replay(targets: readonly Target[], file: string): void {
  const input = readFileSync(file);
  for (const { name, run } of targets) {
    const problem = problemWith(run, input);
    process.stdout.write(`${name}: ${problem ?? "nothing is wrong"}\n`);
    if (problem !== undefined) process.exitCode = 1;
  }
}

async function search({ targets, minutes, seed }: Plan): Promise<void> {
  say(`seed ${seed}, ${targets.length} targets, ${minutes} minutes\n`);
  const totals = { executions: 0, blocks: 0, findings: 0 };
  for (const target of targets) {
    const figures = await runTarget(
      { target: target.name, seed, forMs: (minutes * 60_000) / targets.length },
      {
        progress: (now) => showProgress(target, now),
        finding: (finding) => {
          totals.findings += 1;
          tell(target, finding);
        },
      },
    );
    totals.executions += figures.executions;
    totals.blocks += figures.blocks;
    say(line(target, figures));
  }
  say(
    `\n${totals.executions} executions, ${totals.blocks} blocks covered, ${totals.findings} findings\n`,
  );
  if (totals.findings > 0) process.exitCode = 1;
}

/** One line that changes, where somebody looks. */
function showProgress(target: Target, figures: Figures): void {
  if (process.stdout.isTTY) process.stdout.write(`${line(target, figures).trimEnd()}\r`);
}

function line({ name }: Target, { executions, blocks, corpus }: Figures): string {
  const columns = [`${executions} executions`, `${blocks} blocks`, `corpus ${corpus}`];
  return `${name.padEnd(26)}${columns.map((column) => column.padStart(20)).join("")}\n`;
}

function tell(target: Target, { input, message }: Finding): void {
  const file = keepSeed(target, input);
  say(`\nFOUND by ${target.name}, kept as ${file}\n${message}\n`);
  say(`again: npm run fuzz -- --target ${target.name} --replay ${file}\n\n`);
}

function say(text: string): void {
  process.stdout.write(text);
}

await main();
