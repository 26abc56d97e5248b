import { posix, win32 } from "node:path";
import type { Environment } from "./inputs.ts";

/** What a configuration file is called where nothing names another one. */
export const CONFIG_FILE_NAME = "spillway.yaml";

/** The path rules of a platform; given as an argument so that every platform's rules can be tested on one. */
export function pathsOf(platform: NodeJS.Platform): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** Where a program's own data belongs on this platform. */
export function defaultDataDir(
  platform: NodeJS.Platform,
  env: Environment,
  homeDir: string,
): string {
  const paths = pathsOf(platform);
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || paths.join(homeDir, "AppData", "Local");
    return paths.join(local, "Spillway");
  }
  if (platform === "darwin") {
    return paths.join(homeDir, "Library", "Application Support", "Spillway");
  }
  // The XDG specification says that a relative value is to be ignored.
  const xdg = env["XDG_DATA_HOME"] ?? "";
  const base = paths.isAbsolute(xdg) ? xdg : paths.join(homeDir, ".local", "share");
  return paths.join(base, "spillway");
}

/** An absolute path; `~` and systemd's `%h` at the start are the home directory. */
export function resolvePath(
  text: string,
  options: { readonly platform: NodeJS.Platform; readonly homeDir: string; readonly base: string },
): string {
  const paths = pathsOf(options.platform);
  const rest = /^(?:~|%h)(?:$|[\\/](.*)$)/s.exec(text);
  if (rest !== null) return paths.join(options.homeDir, rest[1] ?? "");
  return paths.resolve(options.base, text);
}
