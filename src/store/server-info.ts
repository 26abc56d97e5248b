import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isObject, parseJson } from "../base/json.ts";
import { SERVER_INFO_FILE } from "./data-directory.ts";

/** How the command line finds the server of a data directory. Written by the holder of its lock. */
export interface ServerInfo {
  readonly pid: number;
  readonly bootId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly url?: string | undefined;
  /** Path of the control socket, or the name of the pipe on Windows. */
  readonly controlSocket?: string | undefined;
}

const MAX_BYTES = 64 * 1024;

/** Replaces the file in one step: a reader sees the old one or the new one. */
export async function writeServerInfo(dataDir: string, info: ServerInfo): Promise<void> {
  const target = join(dataDir, SERVER_INFO_FILE);
  const draft = `${target}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(info)}\n`);
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Undefined when there is none. A file that is there says nothing of whether its server still runs. */
export async function readServerInfo(dataDir: string): Promise<ServerInfo | undefined> {
  try {
    const text = await readFile(join(dataDir, SERVER_INFO_FILE), "utf8");
    const parsed = parseJson(text, { maxBytes: MAX_BYTES });
    return parsed.ok ? toServerInfo(parsed.value) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the file if it is still this boot's. */
export async function removeServerInfo(dataDir: string, bootId: string): Promise<void> {
  const info = await readServerInfo(dataDir);
  if (info?.bootId === bootId) await rm(join(dataDir, SERVER_INFO_FILE), { force: true });
}

function toServerInfo(value: unknown): ServerInfo | undefined {
  if (!isObject(value)) return undefined;
  const { pid, bootId, startedAt, url, controlSocket } = value;
  if (typeof pid !== "number" || typeof bootId !== "string" || typeof startedAt !== "number") {
    return undefined;
  }
  return {
    pid,
    bootId,
    startedAt,
    url: typeof url === "string" ? url : undefined,
    controlSocket: typeof controlSocket === "string" ? controlSocket : undefined,
  };
}
