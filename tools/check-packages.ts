import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type LockFile, missingOptionals } from "./complete-lock.ts";
import { ROOT } from "./project-files.ts";

/** Says what is wrong with the lock files: install scripts, hosts, packages that npm left out. */
export function checkPackages(
  files: readonly string[],
  read: (file: string) => string = (file) => readFileSync(join(ROOT, file), "utf8"),
): readonly string[] {
  return files
    .filter((file) => file.endsWith("package-lock.json"))
    .flatMap((file) => {
      const lock: LockFile = JSON.parse(read(file));
      return [...complaints(lock, file === "package-lock.json")].map((text) => `${file}: ${text}`);
    });
}

function* complaints(lock: LockFile, isOurs: boolean): Generator<string> {
  for (const [path, { hasInstallScript, resolved }] of Object.entries(lock.packages)) {
    if (hasInstallScript === true && isOurs) {
      yield `${path} runs a script when it is installed`;
    }
    if (resolved?.startsWith("http")) yield `${path} names the host ${new URL(resolved).host}`;
  }
  if (isOurs && missingOptionals(lock).length > 0) {
    yield "npm ci will refuse it, because optional packages are missing: node tools/complete-lock.ts";
  }
}
