import { createHash } from "node:crypto";
import { chmod, mkdir, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { RequestHandler } from "./server.ts";

/** Unix socket paths are cut at 104 bytes on macOS, 108 on Linux. */
const MAX_SOCKET_PATH = 100;

/** Where the command line finds a running server. */
export interface ControlPlace {
  readonly dataDir: string;
  readonly tempDir: string;
  readonly platform: NodeJS.Platform;
}

/** A socket inside the private data directory; a named pipe on Windows, a private temporary folder for long paths. */
export function controlPath({ dataDir, tempDir, platform }: ControlPlace): string {
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 16);
  if (platform === "win32") return `\\\\.\\pipe\\spillway-${name}`;
  const inside = join(dataDir, "control.sock");
  return Buffer.byteLength(inside) <= MAX_SOCKET_PATH
    ? inside
    : join(tempDir, `spillway-${name}`, "control.sock");
}

/** Serves the owner of this machine only: the file system's permissions are the credential. */
export async function listenOnControlSocket(
  place: ControlPlace,
  handler: Pick<RequestHandler, "handle">,
): Promise<{ readonly server: Server; readonly path: string }> {
  const path = controlPath(place);
  const isFile = place.platform !== "win32";
  if (isFile) {
    const folder = join(path, "..");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    // Left behind by a process that was killed; the data directory's lock says that it is nobody's.
    await rm(path, { force: true });
  }
  const server = createServer((request, response) => handler.handle(request, response));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  await promise;
  if (isFile) await chmod(path, 0o600);
  return { server, path };
}
