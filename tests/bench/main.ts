import { writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { measureExchanges } from "./measure-exchanges.ts";
import { measureFacts } from "./measure-facts.ts";
import { measureLatency } from "./measure-latency.ts";
import { measureNames } from "./measure-names.ts";
import { measureRules } from "./measure-rules.ts";
import { measureStart } from "./measure-start.ts";
import { measureStreams } from "./measure-streams.ts";
import { measureTranslated } from "./measure-translated.ts";
import { type Plan, type RowName, readPlan, USAGE } from "./plan.ts";
import { fileHandleLimit } from "./process-figures.ts";
import { profileTraffic } from "./profile.ts";
import { type Row, renderTable } from "./row.ts";
import { openStage, type Stage } from "./stage.ts";

type Measurement = (stage: Stage, plan: Plan) => Promise<readonly Row[]> | readonly Row[];

const MEASUREMENTS: Readonly<Record<RowName, Measurement>> = {
  "small-key": (stage, plan) => withKey(MEASUREMENTS.small, stage, plan),
  "claude-key": (stage, plan) => withKey(MEASUREMENTS.claude, stage, plan),
  "latency-key": (stage, plan) => withKey(MEASUREMENTS.latency, stage, plan),
  "streams-key": (stage, plan) => withKey(MEASUREMENTS.streams, stage, plan),
  small: (stage, plan) =>
    measureExchanges(stage, plan, { traffic: "small", what: "small JSON exchange", aim: 1.5 }),
  claude: (stage, plan) =>
    measureExchanges(stage, plan, {
      traffic: "claude",
      what: "exchange of 300 KB and 400 events",
      aim: 1.3,
    }),
  "claude-chat": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "claude-chat",
      what: "Claude-Code-sized exchange, Messages to Chat Completions",
      aim: 2.5,
      peers: ["claude-code-router"],
    }),
  "claude-responses": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "claude-responses",
      what: "the same, Messages to Responses",
    }),
  "claude-gemini": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "claude-gemini",
      what: "the same, Messages to Gemini",
    }),
  "claude-bedrock": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "claude-bedrock",
      what: "the same, Messages to Claude on Bedrock, in its frames and signed",
    }),
  "claude-vertex": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "claude-vertex",
      what: "the same, Messages to Claude on Vertex AI",
    }),
  "chat-claude": (stage, plan) =>
    measureTranslated(stage, plan, {
      traffic: "chat-claude",
      what: "the same, Chat Completions to Messages",
    }),
  latency: measureLatency,
  streams: measureStreams,
  facts: measureFacts,
  rules: measureRules,
  names: measureNames,
  start: measureStart,
};

/** The same with a Spillway key, a budget that is reserved and settled, and a stored key in the session's place. */
async function withKey(measure: Measurement, stage: Stage, plan: Plan): Promise<readonly Row[]> {
  const rows = await measure(keyed(stage), plan);
  return rows.map((row) => ({ ...row, what: `${row.what}, with a key` }));
}

function keyed(stage: Stage): Stage {
  return { ...stage, startGateway: async (nodeArgs) => await stage.startKeyedGateway(nodeArgs) };
}

const PROFILED = [
  ["small", "small", false],
  ["small-key", "small", true],
  ["claude", "claude", false],
  ["claude-key", "claude", true],
  ["claude-chat", "claude-chat", false],
  ["claude-responses", "claude-responses", false],
  ["claude-gemini", "claude-gemini", false],
  ["claude-bedrock", "claude-bedrock", false],
  ["claude-vertex", "claude-vertex", false],
  ["chat-claude", "chat-claude", false],
] as const;

async function main(): Promise<void> {
  const plan = planOrUsage();
  if (plan === undefined) return;
  await using stage = await openStage(plan.burst);
  say(conditions(plan));
  if (plan.profile) {
    for (const [row, traffic, hasKey] of PROFILED) {
      if (!plan.rows.has(row)) continue;
      say(`${row}\n${await profileTraffic(hasKey ? keyed(stage) : stage, plan, traffic)}`);
    }
    return;
  }
  const rows: Row[] = [];
  for (const name of plan.rows) {
    process.stderr.write(`measuring ${name} …\n`);
    try {
      const measured = await MEASUREMENTS[name](stage, plan);
      rows.push(...measured);
      process.stderr.write(`${renderTable(measured)}\n`);
    } catch (error) {
      // A wrong or refused answer voids this measurement, not the others.
      process.stderr.write(
        `${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
      process.exitCode = 1;
    }
  }
  say(renderTable(rows));
  if (plan.json !== undefined) await writeFile(plan.json, `${JSON.stringify(rows, null, 2)}\n`);
}

function planOrUsage(): Plan | undefined {
  try {
    return readPlan(process.argv.slice(2), fileHandleLimit());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

function conditions(plan: Plan): string {
  const [first] = cpus();
  return [
    `${cpus().length} cores ${first?.model.trim() ?? ""}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}, ${process.platform} ${process.arch}; load before ${loadavg()[0]?.toFixed(1)}`,
    `${plan.inFlight} in flight, ${plan.windowMs / 1_000} s after ${plan.warmUpMs / 1_000} s of warm-up, median of ${plan.rounds}, gateway and pipe in turn`,
    `CPU is user and system time of the whole process; every answer is compared byte for byte, a translated one by its length and its end; records, log, metrics and status file are on`,
    `stream events are written by ${plan.burst}`,
    "",
  ].join("\n");
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
await main();
