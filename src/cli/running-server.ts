import { readServerInfo } from "../store/server-info.ts";
import { openSocketSource } from "./socket-source.ts";
import type { ServerStatus } from "./source.ts";

/** What the running server of a data directory says of itself; undefined when none answers. */
export async function runningServer(dataDir: string): Promise<ServerStatus | undefined> {
  const info = await readServerInfo(dataDir);
  // A server that was killed leaves its file behind, and its port may be somebody else's by now.
  if (info?.controlSocket === undefined) return undefined;
  const opened = await openSocketSource(info.controlSocket);
  if (!opened.ok || opened.value === undefined) return undefined;
  await using source = opened.value;
  return source.server;
}
