import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

const MAX_ANSWER_BYTES = 2 ** 20;
const OK = /^HTTP\/1\.1 200 /;

/**
 * Asks the running server for everything that a status line shows; undefined where none answers in time.
 *
 * By hand, because loading Node's HTTP client takes longer than the server's answer.
 */
export async function askServer(
  dataDir: string | undefined,
  about: { readonly sessionId: string; readonly claudeDir: string | undefined },
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = dataDir === undefined ? undefined : controlSocketOf(dataDir);
  if (path === undefined || signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect(path);
  const chunks: Buffer[] = [];
  let size = 0;
  socket.on("data", (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MAX_ANSWER_BYTES) socket.destroy();
  });
  // The server closes the connection behind its answer, as it is asked to.
  socket.on("close", () => resolve(bodyOf(Buffer.concat(chunks).toString("utf8"))));
  socket.on("error", () => resolve(undefined));
  signal.addEventListener("abort", () => {
    resolve(undefined);
    socket.destroy();
  });
  const query = new URLSearchParams({ session: about.sessionId });
  if (about.claudeDir !== undefined) query.set("directory", about.claudeDir);
  const target = `/control/statusline?${query.toString()}`;
  socket.write(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  return await promise;
}

/** The answer has a length, so its body comes as it is. */
function bodyOf(answer: string): string | undefined {
  const headEnd = answer.indexOf("\r\n\r\n");
  return headEnd < 0 || !OK.test(answer) ? undefined : answer.slice(headEnd + 4);
}

function controlSocketOf(dataDir: string): string | undefined {
  try {
    const info: unknown = JSON.parse(readFileSync(join(dataDir, "server.json"), "utf8"));
    const isKnown = typeof info === "object" && info !== null && "controlSocket" in info;
    return isKnown && typeof info.controlSocket === "string" ? info.controlSocket : undefined;
  } catch {
    return undefined;
  }
}
