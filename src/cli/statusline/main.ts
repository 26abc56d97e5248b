import { homedir } from "node:os";
import { join } from "node:path";
import { defaultDataDir } from "../../config/places.ts";
import { askServer } from "./ask-server.ts";
import { statusLine } from "./line.ts";

// Imports nothing that Node does not bring, apart from its neighbours and the places: this runs after every answer.

/** For everything: the status line waits for it, and Claude Code for the status line. */
const GIVE_UP_MS = 200;
const MAX_INPUT_BYTES = 2 ** 20;

/** What a status line is made from. */
export interface StatusLineSources {
  /** Undefined: not known, so no server is asked. */
  readonly dataDir: string | undefined;
  /** Claude Code's own folder, by which an account may be known before its session is. */
  readonly claudeDir?: string | undefined;
  /** Where Claude Code's JSON comes from; undefined: nobody sends any. */
  readonly stdin: NodeJS.ReadableStream | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
}

/** The line, whatever happens, after 200 ms at most: what Claude Code said serves where the server says nothing. */
export async function makeStatusLine({
  dataDir,
  claudeDir,
  stdin,
  env,
  now,
}: StatusLineSources): Promise<string> {
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  const session = parsed(await readText(stdin, signal));
  const about = { sessionId: sessionOf(session), claudeDir };
  const answer = parsed((await askServer(dataDir, about, signal)) ?? "");
  const columns = Number(env["COLUMNS"]);
  return statusLine(session, answer, {
    nowMs: now(),
    columns: Number.isInteger(columns) && columns > 0 ? columns : undefined,
    // Claude Code shows colours although it reads from a pipe.
    color: (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb" && env["FORCE_COLOR"] !== "0",
  });
}

/** Prints the line and ends, never with an error. */
export async function main(): Promise<void> {
  const end = (): never => process.exit(0);
  process.on("uncaughtException", end);
  process.on("unhandledRejection", end);
  process.stdout.on("error", end);
  const { argv, env, stdin } = process;
  const named = argv[2] === "--data-dir" ? argv[3] : env["SPILLWAY_DATA_DIR"];
  const line = await makeStatusLine({
    dataDir: named || defaultDataDir(process.platform, env, homedir()),
    claudeDir: env["CLAUDE_CONFIG_DIR"] || join(homedir(), ".claude"),
    stdin: stdin.isTTY ? undefined : stdin,
    env,
    now: Date.now,
  });
  process.stdout.write(`${line}\n`, end);
}

async function readText(
  stdin: NodeJS.ReadableStream | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (stdin === undefined) return "";
  const { promise, resolve } = Promise.withResolvers<void>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer | string): void => {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    chunks.push(bytes);
    if (size > MAX_INPUT_BYTES) resolve();
  };
  stdin.on("data", take);
  for (const event of ["end", "close", "error"]) stdin.once(event, () => resolve());
  signal.addEventListener("abort", () => resolve());
  await promise;
  stdin.off("data", take);
  stdin.pause();
  return size > MAX_INPUT_BYTES ? "" : Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

function sessionOf(session: unknown): string {
  const isKnown = typeof session === "object" && session !== null && "session_id" in session;
  return isKnown && typeof session.session_id === "string" ? session.session_id : "";
}
