import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fail, ok, type Result } from "../base/result.ts";
import type { StoreOpenError, StoreProblem } from "./contract.ts";

const DATABASE_FILE = "spillway.db";
export const LOCK_FILE = "lock.db";
export const SERVER_INFO_FILE = "server.json";

const OWNER_ONLY = 0o700;
const OTHERS = 0o077;

/**
 * Makes the data directory, for its owner alone.
 *
 * A directory that was there before is closed to others only if it is empty or ours: the setting may point at
 * somebody's home by mistake.
 */
export async function prepareDataDirectory(
  dataDir: string,
  onProblem: (problem: StoreProblem) => void,
): Promise<Result<void, StoreOpenError>> {
  try {
    const firstMade = await mkdir(dataDir, { recursive: true, mode: OWNER_ONLY });
    if (process.platform === "win32") return ok(undefined);
    const { mode } = await stat(dataDir);
    if (firstMade === undefined && (mode & OTHERS) === 0) return ok(undefined);
    const isOurs = firstMade !== undefined || (await isEmptyOrOurs(dataDir));
    if (isOurs && (await tryToClose(dataDir))) return ok(undefined);
    onProblem({
      kind: "open_permissions",
      message: `Other users of this machine can look into ${dataDir}. Make it yours alone: chmod 700 ${dataDir}`,
    });
    return ok(undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail({
      kind: "unusable",
      message: `The data directory ${dataDir} cannot be used: ${reason}. Choose another with SPILLWAY_DATA_DIR.`,
    });
  }
}

async function isEmptyOrOurs(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir);
  return names.length === 0 || names.includes(DATABASE_FILE);
}

async function tryToClose(dataDir: string): Promise<boolean> {
  try {
    await chmod(dataDir, OWNER_ONLY);
    return true;
  } catch {
    // A mounted volume may belong to somebody else.
    return false;
  }
}

export function databasePath(dataDir: string): string {
  return join(dataDir, DATABASE_FILE);
}
