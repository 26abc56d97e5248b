import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { projectFiles, ROOT } from "./project-files.ts";
import { runCommand } from "./run-command.ts";
import { findIsolation } from "./run-tests/isolation.ts";
import { type FileOutcome, totalLine } from "./run-tests/outcome.ts";
import { endGroup, runFile } from "./run-tests/run-file.ts";

const CLIENTS = "tests/clients/";
const CLIENTS_INSTALLER = "tests/clients/install.ts";
const NAME_FLAG = "--name=";

/** The long ones first, so that no core is idle at the end. */
const ORDER = ["tests/clients/", "tests/fault/", "tests/", "tools/", "src/"];

const args = process.argv.slice(2);
const namePattern = args.find((arg) => arg.startsWith(NAME_FLAG))?.slice(NAME_FLAG.length);
const patterns = args.filter((arg) => !arg.startsWith("--")).map((arg) => arg.replace(/^\.\//, ""));
const files = projectFiles()
  .filter((file) => /\.test\.(?:ts|mjs)$/.test(file))
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .toSorted((a, b) => rank(a) - rank(b));

if (files.length === 0) {
  console.error(`No test file matches ${patterns.join(" ")}.`);
  process.exit(2);
}

const running = new Set<ChildProcess>();
const scratch = mkdtempSync(join(tmpdir(), "spillway-tests-"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    running.forEach(endGroup);
    rmSync(scratch, { recursive: true, force: true });
    process.kill(process.pid, signal);
  });
}

const preparation = await prepareClients();
const isolation = files.some(isClientTest) ? findIsolation() : undefined;
if (isolation === undefined && files.some(isClientTest)) {
  console.log("No network namespaces here: client tests run with this machine's network.");
}
const outcomes = [...preparation, ...(await runAll(files))];
rmSync(scratch, { recursive: true, force: true });
report(outcomes);

async function runAll(queue: readonly string[]): Promise<readonly FileOutcome[]> {
  const waiting = [...queue];
  const done: FileOutcome[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const outcome = await runFile(file, {
        isolation: isClientTest(file) ? (isolation ?? []) : [],
        namePattern,
        scratch,
        onStart: (child) => {
          running.add(child);
          child.on("close", () => running.delete(child));
        },
      });
      printFile(outcome);
      done.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return done;
}

/** The real clients are a package of their own, installed when its tests are first asked for. */
async function prepareClients(): Promise<readonly FileOutcome[]> {
  if (!files.some(isClientTest) || !existsSync(join(ROOT, CLIENTS_INSTALLER))) return [];
  const { ok, output } = await runCommand(process.execPath, [CLIENTS_INSTALLER]);
  return ok
    ? []
    : [
        {
          file: CLIENTS_INSTALLER,
          passed: 0,
          failures: [{ name: CLIENTS_INSTALLER, detail: output }],
          skipped: [],
          tookMs: 0,
        },
      ];
}

function printFile({ file, passed, failures, skipped, tookMs }: FileOutcome): void {
  const counts = [
    `${passed} passed`,
    ...(failures.length > 0 ? [`${failures.length} failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} skipped`] : []),
  ];
  console.log(
    `${failures.length === 0 ? "ok  " : "FAIL"} ${file}  ${counts.join(", ")}  ${tookMs} ms`,
  );
}

function report(all: readonly FileOutcome[]): void {
  for (const { failures } of all) {
    for (const { name, detail } of failures) console.log(`\nFAILED ${name}\n${detail}`);
  }
  for (const { file, skipped } of all) {
    for (const { name, reason } of skipped) {
      console.log(`skipped ${file}: ${name}: ${reason === "" ? "no reason given" : reason}`);
    }
  }
  console.log(`\n${totalLine(all)}`);
  process.exitCode = all.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

function isClientTest(file: string): boolean {
  return file.startsWith(CLIENTS);
}

function rank(file: string): number {
  return ORDER.findIndex((prefix) => file.startsWith(prefix));
}
