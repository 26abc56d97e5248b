import { fail, ok, type Result } from "../base/result.ts";
import { readServerInfo } from "../store/server-info.ts";
import type { Control, ControlRequest } from "./control.ts";
import { openControlSocket } from "./control-socket.ts";
import { type CliDeps, type CliFailure, cliFailure } from "./deps.ts";
import { findDataDir, loadConfig, type PlaceFlags } from "./location.ts";
import { readAnswer } from "./read-answer.ts";

/** A server that starts, or another command that changes something, has the data directory for less. */
const FREE_WITHIN_MS = 5_000;
const ASK_AGAIN_MS = 100;

/** Speaks to the server of a data directory, or does its work where none runs (design R13). */
export async function openControl(
  deps: CliDeps,
  flags: PlaceFlags,
): Promise<Result<Control, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  for (let waitedMs = 0; ; waitedMs += ASK_AGAIN_MS) {
    const info = await readServerInfo(dataDir.value);
    const running = await openRunning(info?.controlSocket);
    if (!running.ok) return running;
    if (running.value !== undefined) return ok(running.value);
    const loaded = await loadConfig(deps, { dataDir: dataDir.value, config: flags.config });
    if (!loaded.ok) return loaded;
    const opened = await deps.openControl(loaded.value);
    if (opened.ok) return opened;
    if (!opened.error.isBusy) return fail(cliFailure(1, opened.error.message));
    if (waitedMs >= FREE_WITHIN_MS) return fail(busy(dataDir.value, info?.pid));
    await deps.sleep(ASK_AGAIN_MS);
  }
}

async function openRunning(
  socketPath: string | undefined,
): Promise<Result<Control | undefined, CliFailure>> {
  if (socketPath === undefined) return ok(undefined);
  const opened = await openControlSocket(socketPath);
  return opened.ok ? ok(opened.value?.control) : opened;
}

/** One request and its answer. */
export async function askControl<T>(
  deps: CliDeps,
  flags: PlaceFlags,
  request: ControlRequest,
  isShape: (value: unknown) => value is T,
): Promise<Result<T, CliFailure>> {
  const opened = await openControl(deps, flags);
  if (!opened.ok) return opened;
  await using control = opened.value;
  const answer = await control.send(request);
  return answer.ok ? readAnswer(answer.value, isShape) : answer;
}

function busy(dataDir: string, pid: number | undefined): CliFailure {
  const who = pid === undefined ? "Another Spillway" : `Another Spillway (process ${pid})`;
  return cliFailure(
    1,
    `${who} has the data directory ${dataDir} and does not answer. Try again, or end that process first.`,
  );
}
