import { chmod, mkdir, rmdir } from "node:fs/promises";
import { fail, ok, type Result } from "../../base/result.ts";
import { readIfThere, removeFile, writeAtomically } from "../connect/files.ts";
import { type CliFailure, cliFailure } from "../deps.ts";
import type { InstallPlan } from "./plan.ts";
import { MARK } from "./settings.ts";

/** What happened to one file. */
export interface FileChange {
  readonly path: string;
  readonly action: "created" | "replaced" | "unchanged" | "removed";
}

/** Writes the files that differ, or none when one of them is somebody else's. */
export async function writeFiles(
  plan: InstallPlan,
): Promise<Result<readonly FileChange[], CliFailure>> {
  const { files, secrets, settings } = plan;
  const wanted = [
    ...(secrets === undefined ? [] : [{ ...secrets, mode: 0o600 }]),
    ...files.map((file) => ({ ...file, mode: 0o644 })),
  ];
  const before: (Buffer | undefined)[] = [];
  for (const { path } of wanted) {
    const there = await readOurs(path);
    if (!there.ok) return there;
    before.push(there.value);
  }
  await mkdir(settings.logDir, { recursive: true, mode: 0o700 });
  const changes: FileChange[] = [];
  for (const [at, { path, text, mode }] of wanted.entries()) {
    const bytes = Buffer.from(text);
    const there = before[at];
    if (there?.equals(bytes) === true) {
      changes.push({ path, action: "unchanged" });
    } else {
      const written = await writeAtomically(path, bytes, { mode, expected: there });
      if (!written.ok) return fail(cliFailure(1, written.error));
      changes.push({ path, action: there === undefined ? "created" : "replaced" });
    }
    // A file that is replaced keeps the mode that it had.
    if (path === secrets?.path) await chmod(path, mode);
  }
  return ok(changes);
}

/** A file of ours; undefined when there is none, refused when it is somebody else's. */
export async function readOurs(path: string): Promise<Result<Buffer | undefined, CliFailure>> {
  const file = await readIfThere(path);
  if (!file.ok) return fail(cliFailure(1, file.error));
  if (file.value?.includes(MARK) === false) {
    return fail(
      cliFailure(
        1,
        `${path} was not written by this command and is left alone. Move it away first.`,
      ),
    );
  }
  return ok(file.value);
}

/** Removes those of the files that are there and ours; the folder too, when nothing else is in it. */
export async function removeFiles(
  paths: readonly string[],
  folder: string,
): Promise<Result<readonly FileChange[], CliFailure>> {
  const changes: FileChange[] = [];
  for (const path of paths) {
    const there = await readOurs(path);
    if (!there.ok) return there;
    if (there.value === undefined) continue;
    const removed = await removeFile(path);
    if (!removed.ok) return fail(cliFailure(1, removed.error));
    changes.push({ path, action: "removed" });
  }
  await rmdir(folder).catch(() => undefined);
  return ok(changes);
}
