import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fail, ok, type Result } from "../base/result.ts";
import { type MasterKey, masterKeyText, readMasterKey } from "./master-key.ts";

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;
/** In hex. */
const KEY_LENGTH = 64;
/** A key takes 65 bytes, and more than two are there only after rotations that failed. */
const MAX_BYTES = 16 * 1024;

/** Reads the keys of a file, newest first; none where there is no file. The refusal is for people. */
export async function readKeyFile(path: string): Promise<Result<readonly MasterKey[], string>> {
  try {
    await using file = await open(path, "r");
    const stats = await file.stat();
    if (process.platform !== "win32" && (stats.mode & OTHERS) !== 0) {
      return fail(`Other users of this machine can read ${path}. Make it yours alone: chmod 600`);
    }
    if (!stats.isFile() || stats.size > MAX_BYTES) return fail(unusable(path, "is not a key file"));
    return toKeys(path, await file.readFile("utf8"));
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return ok([]);
    return fail(`The master key's file ${path} cannot be read (${code ?? "unknown error"})`);
  }
}

/** Makes the file; throws where there is one already. On the disk when resolved. */
export async function createKeyFile(path: string, key: MasterKey): Promise<void> {
  await writeNew(path, [key]);
  await syncDirectory(path);
}

/** Puts other keys in the file's place: after a crash it has all the old ones or all the new ones. */
export async function replaceKeyFile(path: string, keys: readonly MasterKey[]): Promise<void> {
  const fresh = `${path}.new`;
  // Left by a crash.
  await rm(fresh, { force: true });
  await writeNew(fresh, keys);
  await rename(fresh, path);
  await syncDirectory(path);
}

function toKeys(path: string, text: string): Result<readonly MasterKey[], string> {
  const keys = new Map<string, MasterKey>();
  if (text.trim() === "") return fail(unusable(path, "is empty"));
  for (const line of text.trim().split(/\r?\n/)) {
    // Only hex here: a longer text that was cut short must not pass for base64.
    if (line.length < KEY_LENGTH) return fail(unusable(path, "is damaged: a key is too short"));
    const key = /^[0-9a-f]+$/i.test(line) ? readMasterKey(line) : fail("is not a master key");
    if (!key.ok) return fail(unusable(path, `is damaged: a line ${key.error}`));
    keys.set(key.value.id, key.value);
  }
  return ok([...keys.values()]);
}

function unusable(path: string, problem: string): string {
  return `The master key's file ${path} ${problem}. Put it back from the backup of the data directory; only if no provider's key was ever stored here, delete it`;
}

async function writeNew(path: string, keys: readonly MasterKey[]): Promise<void> {
  const file = await open(path, "wx", OWNER_ONLY);
  try {
    await file.writeFile(keys.map((key) => `${masterKeyText(key)}\n`).join(""));
    await file.sync();
  } catch (error) {
    // Half a file would be in the way of the next attempt.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** A name is on the disk only when its directory is; Windows has no such call, and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await using directory = await open(dirname(path), "r");
  await directory.sync();
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
