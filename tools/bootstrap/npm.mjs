import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { RemedyError } from "./remedy-error.mjs";

/** npm ends some complaints with its whole help page. */
const COMPLAINT_LINES = 15;

const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|ERR_SOCKET_TIMEOUT)\b/;

/**
 * How to start npm: the one that started us, the one that came with this Node, or the one on the path.
 *
 * @param {{ readonly env: NodeJS.ProcessEnv, readonly execPath: string, readonly platform: string }} host
 * @param {(path: string) => boolean} [exists]
 * @returns {{ readonly file: string, readonly args: readonly string[], readonly shell: boolean }}
 */
export function npmCommand({ env, execPath, platform }, exists = existsSync) {
  const home = dirname(execPath);
  const script = [
    env["npm_execpath"] ?? "",
    join(home, "node_modules", "npm", "bin", "npm-cli.js"),
    join(home, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ].find((path) => basename(path) === "npm-cli.js" && exists(path));
  if (script !== undefined) return { file: execPath, args: [script], shell: false };
  // On Windows npm is a .cmd file, which only a shell can start; our arguments need no quoting.
  return { file: "npm", args: [], shell: platform === "win32" };
}

/**
 * The environment without what `npm run` adds for its script: it would name the wrong project, and NODE_ENV
 * would leave out development dependencies.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function npmEnvironment(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^npm_(package|lifecycle|config_local_prefix|command|execpath)/.test(name) &&
        !["INIT_CWD", "NODE_ENV"].includes(name),
    ),
  );
}

/**
 * Runs npm in a folder, quietly; a failure becomes one message with its remedy.
 *
 * @param {readonly string[]} args
 * @param {string} folder
 * @returns {Promise<void>}
 */
export function runNpm(args, folder) {
  const npm = npmCommand({
    env: process.env,
    execPath: process.execPath,
    platform: process.platform,
  });
  return new Promise((resolve, reject) => {
    const child = spawn(npm.file, [...npm.args, ...args, "--loglevel=error"], {
      cwd: folder,
      env: npmEnvironment(process.env),
      shell: npm.shell,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      complaint += text;
    });
    child.on("error", () => {
      reject(
        new RemedyError(
          "npm is missing. Install Node.js 20 or newer together with npm, then run this again.",
        ),
      );
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new RemedyError(explain(args, complaint, code ?? signal)));
    });
  });
}

/**
 * @param {readonly string[]} args
 * @param {string} complaint
 * @param {number | string | null} outcome
 */
function explain(args, complaint, outcome) {
  const unreachable = UNREACHABLE.exec(complaint)?.[0];
  return unreachable === undefined
    ? `npm ${args[0]} failed (${outcome}):\n${complaint.trim().split("\n").slice(0, COMPLAINT_LINES).join("\n")}`
    : `npm could not reach its registry (${unreachable}). Connect this machine, or tell npm of your proxy (npm config set proxy URL) or mirror, then run this again.`;
}
