import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { runNpm } from "./npm.mjs";
import { RemedyError } from "./remedy-error.mjs";
import { withStaging } from "./staging.mjs";
import { extractFile, hasIntegrity } from "./tarball.mjs";

/**
 * @typedef {{ readonly package: string, readonly version: string, readonly binary: string, readonly integrity: string }} Runtime
 * @typedef {{ readonly minimum: string, readonly platforms: Readonly<Record<string, Runtime>> }} RuntimeTable
 */

/**
 * @param {string} root
 * @returns {RuntimeTable}
 */
export function readRuntimeTable(root) {
  return JSON.parse(readFileSync(join(root, "tools", "node-runtime.json"), "utf8"));
}

/**
 * Whether a Node of this version can run Spillway as it is.
 *
 * @param {string} version
 * @param {string} minimum
 */
export function isEnough(version, minimum) {
  const have = version.split(".").map((part) => Number.parseInt(part, 10));
  const need = minimum.split(".").map(Number);
  const at = need.findIndex((part, index) => part !== have[index]);
  return at < 0 || (have[at] ?? 0) > (need[at] ?? 0);
}

/**
 * Where the Node for this platform is, relative to the root, once it is fetched.
 *
 * @param {RuntimeTable} table
 * @param {string} platform such as `linux-x64`
 */
export function runtimePath(table, platform) {
  const runtime = table.platforms[platform];
  if (runtime === undefined) {
    throw new RemedyError(
      `Spillway needs Node.js ${table.minimum} or newer and has none to fetch for ${platform}. Install it from nodejs.org, then run this again.`,
    );
  }
  return { runtime, path: `.cache/node-v${runtime.version}-${platform}/${runtime.binary}` };
}

/**
 * Puts Node where `runtimePath` says: through npm, so that its proxy, mirror and cache settings hold, and
 * checked against the digest in the table, so that none of these needs to be trusted.
 *
 * @param {string} root
 * @param {Runtime} runtime
 * @param {string} path
 */
export async function fetchRuntime(root, runtime, path) {
  await withStaging(join(root, ".cache"), "node", async (staging) => {
    const download = join(staging, "download");
    const ready = join(staging, "ready");
    mkdirSync(download);
    await runNpm(["pack", `${runtime.package}@${runtime.version}`, "--ignore-scripts"], download);
    const archive = readFileSync(join(download, onlyArchive(download)));
    if (!hasIntegrity(archive, runtime.integrity)) {
      throw new RemedyError(
        `${runtime.package}@${runtime.version} is not the file that tools/node-runtime.json names (its digest differs), so it was not used. Check npm's registry setting: npm config get registry`,
      );
    }
    unpack(archive, runtime.binary, ready);
    tryOut(join(ready, runtime.binary));
    publish(ready, dirname(dirname(join(root, path))), join(root, path));
  });
}

/** @param {string} folder */
function onlyArchive(folder) {
  const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new RemedyError("npm pack left no archive.");
  return archive;
}

/** @param {Buffer} archive @param {string} binary @param {string} target */
function unpack(archive, binary, target) {
  for (const [name, mode] of /** @type {const} */ ([
    [binary, 0o755],
    ["LICENSE", 0o644],
  ])) {
    const bytes = extractFile(archive, `package/${name}`);
    if (bytes === undefined) throw new RemedyError(`The Node package has no ${name}.`);
    mkdirSync(dirname(join(target, name)), { recursive: true });
    const file = openSync(join(target, name), "w", mode);
    writeFileSync(file, bytes);
    // A power cut must not leave a file of zeros behind the finished rename.
    fsyncSync(file);
    closeSync(file);
  }
}

/** @param {string} binary */
function tryOut(binary) {
  try {
    execFileSync(binary, ["--version"], { stdio: "ignore" });
  } catch {
    throw new RemedyError(
      "The fetched Node does not run on this system (Alpine's musl, or an older C library). Install Node.js 24 from your system's packages, then run this again.",
    );
  }
}

/** @param {string} from @param {string} to @param {string} proof */
function publish(from, to, proof) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(proof)) throw error;
    // Another start published the same file first.
  }
}
