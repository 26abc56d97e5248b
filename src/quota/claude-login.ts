import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isObject, parseJson } from "../base/json.ts";
import { Secret } from "../base/secret.ts";

/** What one of Claude Code's configuration directories is logged in with. */
export interface FoundLogin {
  /** Differs when the login may have changed. */
  readonly stamp: string;
  readonly token: Secret;
}

/** Reads a directory's login; `same` when it still has the stamp, undefined when there is none to read. */
export type LoginReader = (
  directory: string,
  stamp: string | undefined,
) => Promise<FoundLogin | "same" | undefined>;

/** The text of a macOS keychain item; undefined when there is none. */
export type KeychainReader = (service: string) => Promise<string | undefined>;

const MAX_FILE_BYTES = 2 ** 20;

/**
 * The login as Linux and Windows have it, in a file that every refresh rewrites.
 * @source claude-cli 2.1.197 and 2.1.329 on disk (observed 2026-11-21)
 */
export const readLoginFile: LoginReader = async (directory, known) => {
  const path = join(directory, ".credentials.json");
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    const stamp = `${ino} ${mtimeNs} ${size}`;
    if (stamp === known) return "same";
    if (size > MAX_FILE_BYTES) return undefined;
    return foundLogin(stamp, await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
};

/** Asking the keychain starts a program, and may ask the user. */
const KEYCHAIN_PAUSE_MS = 5_000;

/**
 * The login as macOS has it, in the keychain, and in the file where it is not there.
 * @source third-party readers of the item (requirements X-A18, read 2026-11-25)
 */
export function keychainLogins(
  read: KeychainReader,
  { homeDir, now }: { readonly homeDir: string; readonly now: () => number },
): LoginReader {
  const askedAtMs = new Map<string, number>();
  return async (directory, known) => {
    const last = askedAtMs.get(directory);
    if (last !== undefined && now() - last < KEYCHAIN_PAUSE_MS) return "same";
    askedAtMs.set(directory, now());
    const text = await read(keychainService(directory, homeDir));
    const found = text === undefined ? undefined : foundLogin("keychain", text);
    return found ?? (await readLoginFile(directory, known));
  };
}

const SERVICE = "Claude Code-credentials";

/** Directories beside the usual one carry the beginning of their hash. */
export function keychainService(directory: string, homeDir: string): string {
  if (directory === join(homeDir, ".claude")) return SERVICE;
  return `${SERVICE}-${createHash("sha256").update(directory).digest("hex").slice(0, 8)}`;
}

function foundLogin(stamp: string, text: string): FoundLogin | undefined {
  const json = parseJson(text, { maxBytes: MAX_FILE_BYTES });
  const login = json.ok && isObject(json.value) ? json.value["claudeAiOauth"] : undefined;
  const token = isObject(login) ? login["accessToken"] : undefined;
  return typeof token === "string" && token !== ""
    ? { stamp, token: new Secret(token) }
    : undefined;
}
