import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fail, ok, type Result } from "../../base/result.ts";
import { backUp, readIfThere, removeFile, targetOf, writeAtomically } from "../connect/files.ts";

/** Something of ours in a file that belongs to somebody else. Both directions leave all other bytes as they are. */
export interface Edit {
  /** Puts it in, or in the place of an older one; the refusal is for people. */
  put(file: Buffer): Result<Buffer, string>;
  /**
   * Takes it out. `earlier` are copies from before, the newest first, for what cannot be known from the file: how it was laid
   * out where ours made lists, and what ours replaced.
   */
  take(file: Buffer, earlier: readonly Buffer[]): Result<Buffer, string>;
}

export interface Change {
  /** The file that was looked at, links followed. */
  readonly path: string;
  readonly changed: boolean;
  /** A copy from before. */
  readonly backup?: string | undefined;
  /** It was there for ours alone. */
  readonly removed?: boolean | undefined;
}

/** Puts ours into a file, which is made where there is none; a second time it changes nothing. */
export async function putInto(
  named: string,
  edit: Edit,
  mode: number,
): Promise<Result<Change, string>> {
  const path = await targetOf(named);
  const file = await readIfThere(path);
  if (!file.ok) return file;
  const after = edit.put(file.value ?? Buffer.alloc(0));
  if (!after.ok) return fail(`${path}: ${after.error}`);
  if (file.value?.equals(after.value) === true) return ok({ path, changed: false });
  // With an older one of ours in it, the copy from before that one is what undoing needs.
  const isOthers = file.value !== undefined && !holdsOurs(edit, file.value);
  const backup = isOthers ? await backUp(path) : undefined;
  if (backup?.ok === false) return backup;
  const written = await writeAtomically(path, after.value, { mode, expected: file.value });
  return written.ok ? ok({ path, changed: true, backup: backup?.value }) : written;
}

/** Takes ours out of a file: to the byte what it was before, if nobody has changed it since. */
export async function takeFrom(named: string, edit: Edit): Promise<Result<Change, string>> {
  const path = await targetOf(named);
  const file = await readIfThere(path);
  if (!file.ok) return file;
  const { value: bytes } = file;
  if (bytes === undefined) return ok({ path, changed: false });
  const copies = await copiesOf(path);
  const earlier = copies.map((copy) => copy.bytes);
  const taken = edit.take(bytes, earlier);
  if (!taken.ok) return fail(`${path}: ${taken.error}`);
  if (taken.value.equals(bytes)) return ok({ path, changed: false });
  const after = taken.value;
  // There is a copy of every file that was there before.
  const removed = copies.length === 0 && /^\s*(?:\{\s*\})?\s*$/.test(after.toString("utf8"));
  const done = removed
    ? await removeFile(path)
    : await writeAtomically(path, after, { mode: 0o600, expected: bytes });
  if (!done.ok) return done;
  // A copy is worth nothing once the file says the same.
  const copy = copies.find((candidate) => candidate.bytes.equals(after));
  if (copy !== undefined) await removeFile(copy.path);
  return ok({ path, changed: true, removed });
}

function holdsOurs(edit: Edit, file: Buffer): boolean {
  const without = edit.take(file, []);
  return without.ok && !without.value.equals(file);
}

interface Copy {
  readonly path: string;
  readonly bytes: Buffer;
}

/** The copies that `backUp` made of a file, the newest first. */
async function copiesOf(path: string): Promise<readonly Copy[]> {
  const prefix = `${basename(path)}.spillway-backup-`;
  const names = (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .toSorted((a, b) => Number(b.slice(prefix.length)) - Number(a.slice(prefix.length)));
  const copies: Copy[] = [];
  for (const name of names) {
    const copy = join(dirname(path), name);
    const file = await readIfThere(copy);
    if (file.ok && file.value !== undefined) copies.push({ path: copy, bytes: file.value });
  }
  return copies;
}
