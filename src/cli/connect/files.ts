import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { copyFile, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fail, ok, type Result } from "../../base/result.ts";

/** A file's bytes; undefined when there is no such file. */
export async function readIfThere(path: string): Promise<Result<Buffer | undefined, string>> {
  try {
    return ok(await readFile(path));
  } catch (error) {
    return isMissing(error) ? ok(undefined) : fail(`${path} cannot be read: ${reason(error)}`);
  }
}

/** Where a path really leads: a linked settings file stays a link, and what it points to is written. */
export async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

/**
 * Replaces a file as a whole, so that no reader ever sees half of it; its permissions stay.
 *
 * `expected` is what the file must still hold; without the check a change made meanwhile would be lost.
 */
export async function writeAtomically(
  path: string,
  bytes: Buffer,
  options: { readonly mode: number; readonly expected?: Buffer | undefined },
): Promise<Result<undefined, string>> {
  const temporary = join(
    dirname(path),
    `.${basename(path)}.spillway-${randomBytes(6).toString("hex")}`,
  );
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const mode = ((await statIfThere(path))?.mode ?? options.mode) & 0o777;
    {
      await using file = await open(temporary, "wx", mode);
      await file.writeFile(bytes);
      // The mode of an open is cut by the umask.
      await file.chmod(mode);
      await file.sync();
    }
    if (options.expected !== undefined) {
      const now = await readIfThere(path);
      if (!now.ok || now.value?.equals(options.expected) !== true) {
        await rm(temporary, { force: true });
        return fail(`${path} was changed by another program just now; run the command again`);
      }
    }
    await rename(temporary, path);
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return fail(`${path} cannot be written: ${reason(error)}`);
  }
}

const MAX_BACKUPS = 10_000;

/** Copies a file beside itself, permissions kept, under the first free number; gives the copy's path. */
export async function backUp(path: string): Promise<Result<string, string>> {
  for (let number = 1; number <= MAX_BACKUPS; number += 1) {
    const copy = `${path}.spillway-backup-${number}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return ok(copy);
    } catch (error) {
      if (errorCode(error) === "EEXIST") continue;
      return fail(`${copy} cannot be written: ${reason(error)}`);
    }
  }
  return fail(`${path} has ${MAX_BACKUPS} backups already; remove some`);
}

export async function removeFile(path: string): Promise<Result<undefined, string>> {
  try {
    await rm(path, { force: true });
    return ok(undefined);
  } catch (error) {
    return fail(`${path} cannot be removed: ${reason(error)}`);
  }
}

async function statIfThere(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EISDIR: "it is a directory",
};

function reason(error: unknown): string {
  const code = errorCode(error);
  return code === undefined ? "unknown error" : (REASONS[code] ?? code);
}
