import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "./npm.mjs";
import { withStaging } from "./staging.mjs";

/** npm writes it last, so it also says that an installation was finished. */
const INSTALLED_LOCK = join("node_modules", ".package-lock.json");

/**
 * @typedef {{ readonly version?: string, readonly integrity?: string, readonly dev?: boolean, readonly optional?: boolean, readonly devOptional?: boolean, readonly link?: boolean }} Package
 * @typedef {Readonly<Record<string, Package>>} Packages
 */

/**
 * What `node_modules` lacks of the lock file: nothing, or which set to install. A full installation is
 * never replaced by one without the development tools.
 *
 * @param {Packages} wanted
 * @param {Packages | undefined} installed
 * @param {"production" | "all"} set
 * @returns {"nothing" | "production" | "all"}
 */
export function whatToInstall(wanted, installed, set) {
  const isMissing = Object.entries(wanted).some(([path, want]) => {
    const isNeeded =
      path.startsWith("node_modules/") && !want.link && !want.optional && !want.devOptional;
    if (!isNeeded || (want.dev && set === "production")) return false;
    const have = installed?.[path];
    return have?.version !== want.version || have?.integrity !== want.integrity;
  });
  if (!isMissing) return "nothing";
  const hasTools = Object.values(installed ?? {}).some((have) => have.dev);
  return hasTools ? "all" : set;
}

/**
 * @param {string} root
 * @param {"production" | "all"} set
 */
export function missingDependencies(root, set) {
  return whatToInstall(
    readPackages(join(root, "package-lock.json")) ?? {},
    readPackages(join(root, INSTALLED_LOCK)),
    set,
  );
}

/**
 * Installs beside and then swaps: a kill leaves the old `node_modules` or none, never half of one.
 *
 * @param {string} root
 * @param {"production" | "all"} set
 */
export async function installDependencies(root, set) {
  await withStaging(join(root, ".cache"), "modules", async (staging) => {
    const fresh = join(staging, "fresh");
    mkdirSync(fresh);
    for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
      copyFileSync(join(root, name), join(fresh, name));
    }
    await runNpm(
      [
        "ci",
        set === "production" ? "--omit=dev" : "--include=dev",
        "--include=optional",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-engine-strict",
      ],
      fresh,
    );
    const target = join(root, "node_modules");
    if (existsSync(target)) renameSync(target, join(staging, "old"));
    renameSync(join(fresh, "node_modules"), target);
  });
}

/**
 * @param {string} path
 * @returns {Packages | undefined}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch {
    return undefined;
  }
}
