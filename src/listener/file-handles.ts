import { readFile } from "node:fs/promises";

/** Handles for the database, logs, sockets of our own. */
const RESERVED_HANDLES = 512;
/** Each exchange holds a client socket and an upstream socket. */
const HANDLES_PER_EXCHANGE = 2;

/** Client connections that the process can serve with its open-file limit; undefined when that is not known. */
export function connectionsFor(openFiles: number | undefined): number | undefined {
  if (openFiles === undefined) return undefined;
  return Math.max(1, Math.floor((openFiles - RESERVED_HANDLES) / HANDLES_PER_EXCHANGE));
}

/** The soft limit from `/proc/self/limits` text; undefined for unlimited or another system. */
export function readOpenFilesLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || !/^\d+$/.test(soft) ? undefined : Number(soft);
}

/** Client connections to allow: what is wanted, as far as the open-file limit goes; `warn` hears of a lowered wish. */
export async function connectionLimit(
  wanted: number | undefined,
  warn: (message: string) => void,
): Promise<number> {
  const possible = connectionsFor(await openFilesLimit()) ?? Number.MAX_SAFE_INTEGER;
  if (wanted === undefined || wanted <= possible) return wanted ?? possible;
  warn(
    `The open-file limit serves ${possible} connections, not the ${wanted} of listener.maxConnections; raise it (ulimit -n).`,
  );
  return possible;
}

async function openFilesLimit(): Promise<number | undefined> {
  try {
    return readOpenFilesLimit(await readFile("/proc/self/limits", "utf8"));
  } catch {
    // Only Linux has the file; elsewhere the system refuses connections by itself.
    return undefined;
  }
}
