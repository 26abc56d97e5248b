// Runs on any Node since 18: it brings the Node and the packages that everything else needs.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { machine, type } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies, missingDependencies } from "./bootstrap/dependencies.mjs";
import { withLock } from "./bootstrap/lock.mjs";
import { RemedyError } from "./bootstrap/remedy-error.mjs";
import { fetchRuntime, isEnough, readRuntimeTable, runtimePath } from "./bootstrap/runtime.mjs";
import { supervise } from "./bootstrap/supervise.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * What each npm script runs. `prepare` only fetches and prints which Node to use, for `./spillway`.
 *
 * @type {Readonly<Record<string, { readonly set: "production" | "all", readonly script: readonly string[], readonly readsKeyboard?: boolean }>>}
 */
const COMMANDS = {
  start: { set: "production", script: ["src/main.ts", "serve"] },
  cli: { set: "production", script: ["src/main.ts"], readsKeyboard: true },
  prepare: { set: "production", script: [] },
  test: { set: "all", script: ["tools/run-tests.ts"] },
  "test:newest": { set: "all", script: ["tests/clients/newest.ts"] },
  check: { set: "all", script: ["tools/check.ts"] },
  bench: { set: "all", script: ["tests/bench/main.ts"] },
  fuzz: { set: "all", script: ["tests/fuzz/main.ts"] },
  generate: { set: "all", script: ["tools/generate.ts"] },
  format: { set: "all", script: ["tools/format.ts"] },
};

async function main() {
  const [name = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[name];
  if (command === undefined) {
    throw new RemedyError(
      `Usage: node tools/bootstrap.mjs <${Object.keys(COMMANDS).join("|")}> [arguments]`,
    );
  }
  const node = await prepare(command.set);
  const [script, ...fixed] = command.script;
  if (script === undefined) {
    process.stdout.write(`${node}\n`);
    return;
  }
  // Keeps compiled and type-stripped sources: half the start-up time, and 50 MB less memory.
  process.env["NODE_COMPILE_CACHE"] ??= join(ROOT, ".cache", "compile");
  await supervise(node, [join(ROOT, script), ...fixed, ...args], {
    cwd: command.readsKeyboard ? process.cwd() : ROOT,
    ownGroup: !command.readsKeyboard && process.platform !== "win32",
  });
}

/**
 * Makes Node and packages ready and returns the path of Node.
 *
 * @param {"production" | "all"} set
 */
async function prepare(set) {
  const table = readRuntimeTable(ROOT);
  if (isEnough(process.versions.node, table.minimum)) {
    await ensureDependencies(set);
    return process.execPath;
  }
  const { runtime, path } = runtimePath(table, `${process.platform}-${process.arch}`);
  const node = join(ROOT, path);
  if (!existsSync(node)) {
    await locked(async () => {
      if (existsSync(node)) return;
      say(`fetching Node ${runtime.version} (once, about 50 MB) …`);
      await fetchRuntime(ROOT, runtime, path);
    });
  }
  await ensureDependencies(set);
  rememberReady(path);
  return node;
}

/** @param {"production" | "all"} set */
async function ensureDependencies(set) {
  if (missingDependencies(ROOT, set) === "nothing") return;
  await locked(async () => {
    const missing = missingDependencies(ROOT, set);
    if (missing === "nothing") return;
    say(
      missing === "all" ? "installing packages and development tools …" : "installing packages …",
    );
    await installDependencies(ROOT, missing);
  });
}

/**
 * Lets `./spillway` skip this file next time, until the lock file or the packages are newer.
 *
 * @param {string} path
 */
function rememberReady(path) {
  writeFileSync(join(ROOT, ".cache", `ready-${type()}-${machine()}`), `${path}\n`);
}

/** @param {() => Promise<void>} work */
async function locked(work) {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  await withLock(join(ROOT, ".cache", "bootstrap.lock"), work, {
    onWait: () => say("waiting for another start that is fetching …"),
  });
}

/** @param {string} text */
function say(text) {
  process.stderr.write(`spillway: ${text}\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof RemedyError)) throw error;
  say(error.message);
  process.exitCode = 1;
}
