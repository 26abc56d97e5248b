import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./project-files.ts";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
].concat(["sunos", "win32"]);
const PROCESSORS = [
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
].concat(["x64"]);

export function readLockFile(path: string): LockFile {
  const lock: LockFile = JSON.parse(readFileSync(path, "utf8"));
  return lock;
}

/** The optional packages that the lock file does not know, with the package that asks for each. */
export function missingOptionals(
  lock: LockFile,
): readonly { readonly name: string; readonly version: string; readonly isDev: boolean }[] {
  return Object.values(lock.packages).flatMap(({ optionalDependencies = {}, dev }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => lock.packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => ({ name, version, isDev: dev === true })),
  );
}

/**
 * Adds an entry for each binary package that npm left out because the registry in use does not carry it.
 * Without the entry `npm ci` calls the lock file incomplete on every platform; with it, it skips the package.
 */
export function completeLock(lock: LockFile): LockFile {
  const added = missingOptionals(lock).map(({ name, version, isDev }) => {
    const words = (name.split("/").at(-1) ?? name).split("-");
    const os = words.filter((word) => SYSTEMS.includes(word));
    const libc = words.some((word) => word.startsWith("musl")) ? "musl" : "glibc";
    return [
      `node_modules/${name}`,
      {
        version,
        cpu: words.filter((word) => PROCESSORS.includes(word)),
        ...(isDev ? { dev: true } : {}),
        ...(os.includes("linux") ? { libc: [libc] } : {}),
        optional: true,
        os,
      },
    ] as const;
  });
  const packages = [...Object.entries(lock.packages), ...added].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return { ...lock, packages: Object.fromEntries(packages) };
}

if (import.meta.main) {
  const path = join(ROOT, "package-lock.json");
  writeFileSync(path, `${JSON.stringify(completeLock(readLockFile(path)), null, 2)}\n`);
}
