import { open, realpath, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Values from the command line, as text; they win over everything else. */
export interface ConfigFlags {
  readonly config?: string | undefined;
  readonly port?: string | undefined;
  readonly bind?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly anthropicUrl?: string | undefined;
  readonly logLevel?: string | undefined;
  readonly logFormat?: string | undefined;
}

/** A file's text and, where the platform has them, its permission bits. */
export interface FileText {
  readonly text: string;
  readonly mode?: number;
}

/** Everything outside the program that decides the configuration. */
export interface ConfigInputs {
  readonly flags?: ConfigFlags;
  readonly env: Environment;
  /** Undefined when there is no such file; rejects when it cannot be read. */
  readonly readFile: (path: string) => Promise<FileText | undefined>;
  /** Where a file is once links are followed; undefined when it cannot be found. */
  readonly realPath: (path: string) => Promise<string | undefined>;
  readonly homeDir: string;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
  readonly systemTimeZone: string;
}

/** The inputs of this process. */
export function systemInputs(flags: ConfigFlags = {}): ConfigInputs {
  return {
    flags,
    env: process.env,
    readFile: readConfigFile,
    realPath,
    homeDir: ownHome(),
    platform: process.platform,
    cwd: process.cwd(),
    systemTimeZone: new Intl.DateTimeFormat("en-GB").resolvedOptions().timeZone,
  };
}

/** With an empty HOME, paths in the home directory would be paths in the current one. */
export function ownHome(): string {
  return homedir() || userInfo().homedir;
}

const MAX_FILE_BYTES = 2 ** 20;

/** Reads a small text file. A file over 1 MB, a directory or a pipe is an error, not a wait. */
export async function readConfigFile(path: string): Promise<FileText | undefined> {
  try {
    // Asked before opening, because opening a pipe would wait for its writer.
    const { size } = await regularFile(stat(path));
    if (size > MAX_FILE_BYTES) throw new Error("it is larger than 1 MB");
    await using file = await open(path, "r");
    const { mode } = await regularFile(file.stat());
    const text = await file.readFile("utf8");
    return process.platform === "win32" ? { text } : { text, mode: mode & 0o777 };
  } catch (error) {
    if (isNodeError(error) && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
}

/** Where a file is once links are followed; undefined when it cannot be found. */
export async function realPath(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

async function regularFile<T extends { isFile(): boolean }>(found: Promise<T>): Promise<T> {
  const stats = await found;
  if (!stats.isFile()) throw new Error("it is not a regular file");
  return stats;
}

/** Why a file could not be read, for people; system errors by their code, never with file content. */
export function readFailure(error: unknown): string {
  if (isNodeError(error)) return error.code === "EACCES" ? "permission denied" : (error.code ?? "");
  return error instanceof Error ? error.message : "unknown error";
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
