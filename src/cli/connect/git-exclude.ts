import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { readIfThere } from "./files.ts";

/** Whether git will leave a settings file alone. */
export type IgnoreState =
  | { readonly kind: "no_repository" }
  | { readonly kind: "ignored" }
  | { readonly kind: "tracked" }
  | { readonly kind: "exposed" }
  | { readonly kind: "added"; readonly file: string; readonly line: string };

const run = promisify(execFile);

/** Looks, and changes nothing. Without git, or outside a repository, nothing can be committed. */
export async function ignoreStateOf(path: string): Promise<IgnoreState> {
  const folder = existingFolder(dirname(path));
  if ((await git(folder, ["rev-parse", "--is-inside-work-tree"])) !== "true") {
    return { kind: "no_repository" };
  }
  if ((await git(folder, ["ls-files", "--error-unmatch", "--", path])) !== undefined) {
    return { kind: "tracked" };
  }
  const isIgnored = (await git(folder, ["check-ignore", "--quiet", "--", path])) !== undefined;
  return { kind: isIgnored ? "ignored" : "exposed" };
}

/**
 * Makes sure that git leaves the file alone.
 *
 * The line goes to the repository's own exclude file: one developer's connection is no change for everybody's .gitignore.
 */
export async function ensureIgnored(path: string): Promise<IgnoreState> {
  const state = await ignoreStateOf(path);
  if (state.kind !== "exposed") return state;
  const folder = existingFolder(dirname(path));
  const root = await git(folder, ["rev-parse", "--show-toplevel"]);
  const exclude = await git(folder, ["rev-parse", "--git-path", "info/exclude"]);
  if (root === undefined || exclude === undefined) return state;
  const file = resolve(folder, exclude);
  const inside = relative(root, path).replaceAll("\\", "/");
  // A path may hold what a pattern reads as a wildcard.
  const line = `/${inside.replace(/[\\*?[\]!#]/g, "\\$&")}`;
  const old = await readIfThere(file);
  if (!old.ok) return state;
  const isOpen = old.value !== undefined && old.value.length > 0 && !endsLine(old.value);
  try {
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, `${isOpen ? "\n" : ""}${line}\n`);
  } catch {
    return state;
  }
  return { kind: "added", file, line };
}

/** Takes the line out again; a file that somebody removed meanwhile needs nothing. */
export async function removeExclude(exclude: {
  readonly file: string;
  readonly line: string;
}): Promise<void> {
  const old = await readIfThere(exclude.file);
  if (!old.ok || old.value === undefined) return;
  const text = await readFile(exclude.file, "utf8");
  const lines = text.split("\n");
  const index = lines.lastIndexOf(exclude.line);
  if (index !== -1) await writeFile(exclude.file, lines.toSpliced(index, 1).join("\n"));
}

/** git's answer without its line end; undefined when it refuses, or is not installed. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run("git", ["-C", folder, ...args], { windowsHide: true });
    return stdout.trimEnd();
  } catch {
    return undefined;
  }
}

/** git needs a folder to start from, and the settings' own may not exist yet. */
function existingFolder(folder: string): string {
  const parent = dirname(folder);
  return existsSync(folder) || parent === folder ? folder : existingFolder(parent);
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === 0x0a;
}
