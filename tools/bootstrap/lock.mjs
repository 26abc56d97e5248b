import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const HEARTBEAT_MS = 2_000;
const SILENT_AFTER_MS = 30_000;
const RETRY_MS = 100;

/**
 * Runs `work` while no other process of this clone does, so that two first starts fetch once.
 * It saves work and is no guard: whoever takes over from a silent holder may meet it again, therefore
 * `work` builds aside and publishes with a rename.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {{ readonly onWait?: () => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { onWait = () => undefined } = {}) {
  const owner = `${hostname()} ${process.pid}`;
  let hasWaited = false;
  while (!take(path, owner)) {
    if (isAbandoned(path)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!hasWaited) onWait();
    hasWaited = true;
    await sleep(RETRY_MS);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (read(path) === owner) rmSync(path, { force: true });
  }
}

/** @param {string} path @param {string} owner */
function take(path, owner) {
  try {
    writeFileSync(path, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/**
 * Whether the holder is dead or has stopped touching the file.
 *
 * @param {string} path
 * @param {number} [nowMs]
 */
export function isAbandoned(path, nowMs = Date.now()) {
  const text = read(path);
  const touchedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (text === undefined || touchedMs === undefined) return false;
  if (nowMs - touchedMs > SILENT_AFTER_MS) return true;
  const [host, pid] = text.split(" ");
  // Another machine's or container's pid says nothing here; an empty file is about to be written.
  return pid !== undefined && host === hostname() && !isAlive(Number(pid));
}

/** @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Somebody removed the lock: the work goes on, its result is published whole or not at all.
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
