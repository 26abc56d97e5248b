import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** The repository's root folder. */
export const ROOT = dirname(import.meta.dirname);

const NEVER_OURS = new Set([".git", ".cache", "node_modules", "bench-results"]);

/** Every file of the project with forward slashes, relative to `root`, tracked or about to be. */
export function projectFiles(root: string = ROOT): readonly string[] {
  return (filesKnownToGit(root) ?? walk(root, root)).filter((file) => existsSync(join(root, file)));
}

function filesKnownToGit(root: string): readonly string[] | undefined {
  try {
    const listing = execFileSync(
      "git",
      ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
      { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 64 << 20 },
    );
    return listing.split("\0").filter((file) => file !== "");
  } catch {
    // A downloaded archive has no git directory.
    return undefined;
  }
}

function walk(root: string, folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !NEVER_OURS.has(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(root, path) : [relative(root, path).split(sep).join("/")];
    });
}
