import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./lock.mjs";

const NAME = /^staging-(?<pid>\d+)-/;
const FORGOTTEN_AFTER_MS = 60 * 60 * 1_000;

/**
 * Runs `work` with an empty folder beside the final place. What it leaves there is removed, and so is what a
 * killed process left: nothing half-made ever stands where it is looked for.
 *
 * @template T
 * @param {string} cacheFolder
 * @param {string} purpose
 * @param {(folder: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withStaging(cacheFolder, purpose, work) {
  removeLeftovers(cacheFolder);
  const folder = join(cacheFolder, `staging-${process.pid}-${purpose}`);
  remove(folder);
  mkdirSync(folder, { recursive: true });
  try {
    return await work(folder);
  } finally {
    remove(folder);
  }
}

/** @param {string} cacheFolder */
function removeLeftovers(cacheFolder) {
  for (const name of readdirSync(cacheFolder)) {
    const pid = NAME.exec(name)?.groups?.["pid"];
    if (pid === undefined) continue;
    const path = join(cacheFolder, name);
    const madeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (!isAlive(Number(pid)) || Date.now() - madeMs > FORGOTTEN_AFTER_MS) remove(path);
  }
}

/** @param {string} path */
function remove(path) {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A killed start's npm may still be writing there; a later start removes the rest.
  }
}
