import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Installs the real clients on first use; `node tests/clients/install.ts` does it ahead. */

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const WAIT_LIMIT_MS = 10 * 60_000;

interface NpmModule {
  readonly runNpm: (args: readonly string[], folder: string) => Promise<void>;
}

export async function installClients(): Promise<boolean> {
  return await installPackages(FOLDER);
}

/** Installs what a folder's lock file names, once; true when npm had work to do. */
export async function installPackages(folder: string): Promise<boolean> {
  if (await isInstalled(folder)) return false;
  const lock = join(folder, ".cache", "install.lock");
  await mkdir(dirname(lock), { recursive: true });
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (!(await takeLock(lock))) {
    if (Date.now() > deadline) throw new Error(`another installation holds ${lock}`);
    await sleep(250);
  }
  try {
    if (await isInstalled(folder)) return false;
    await npm(["ci"], folder);
    await writeFile(stampIn(folder), await wantedStamp(folder));
    return true;
  } finally {
    await rm(lock, { force: true });
  }
}

export async function npm(args: readonly string[], folder: string): Promise<void> {
  const url = new URL("../../tools/bootstrap/npm.mjs", import.meta.url);
  const { runNpm }: NpmModule = await import(url.href);
  await runNpm(args, folder);
}

/** The path of the native program in an installed `@anthropic-ai/claude-code`, by folder name. */
export function claudeBinary(alias: string, folder = FOLDER): string {
  const fromPackage = createRequire(join(folder, "node_modules", alias, "package.json"));
  const platform = `${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "claude.exe" : "claude";
  // npm installs only the one that fits this machine's C library.
  for (const name of [platform, `${platform}-musl`]) {
    const installed = packageFolder(fromPackage, `@anthropic-ai/claude-code-${name}`);
    if (installed !== undefined) return join(installed, file);
  }
  throw new Error(`${alias} brought no program for ${platform}`);
}

/** The path of the native program in the installed `@openai/codex`. */
export function codexBinary(): string {
  const fromPackage = createRequire(join(FOLDER, "node_modules/@openai/codex/package.json"));
  const name = `@openai/codex-${process.platform}-${process.arch}`;
  const vendor = join(packageFolder(fromPackage, name) ?? "", "vendor");
  const file = process.platform === "win32" ? "codex.exe" : "codex";
  const [target] = existsSync(vendor) ? readdirSync(vendor) : [];
  if (target === undefined) throw new Error(`${name} brought no program`);
  return join(vendor, target, "bin", file);
}

/** The script of the installed `@google/gemini-cli`. */
export function geminiProgram(): string {
  return join(FOLDER, "node_modules/@google/gemini-cli/bundle/gemini.js");
}

function packageFolder(from: NodeJS.Require, name: string): string | undefined {
  try {
    return dirname(from.resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

async function isInstalled(folder: string): Promise<boolean> {
  const stamp = stampIn(folder);
  return existsSync(stamp) && (await readFile(stamp, "utf8")) === (await wantedStamp(folder));
}

function stampIn(folder: string): string {
  return join(folder, "node_modules", ".installed");
}

async function wantedStamp(folder: string): Promise<string> {
  const lockFile = await readFile(join(folder, "package-lock.json"));
  const hash = createHash("sha256").update(lockFile).digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

/** Takes the lock, also from a process that died holding it. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await using file = await open(lock, "wx");
    await file.writeFile(String(process.pid));
    return true;
  } catch {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const didInstall = await installClients();
  console.log(didInstall ? "Installed the real clients." : "The real clients are installed.");
}
