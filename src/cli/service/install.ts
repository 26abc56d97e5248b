import { ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, EXIT } from "../deps.ts";
import { runningServer } from "../running-server.ts";
import type { ServerStatus } from "../source.ts";
import { screenOf } from "../text.ts";
import type { ServiceState } from "./manager.ts";
import { type InstallFlags, type InstallPlan, planInstall } from "./plan.ts";
import { showInstalled, showPlan } from "./show.ts";
import { askState, runSteps } from "./steps.ts";
import { type FileChange, writeFiles } from "./write.ts";

/** What an installation did, and what it led to. */
export interface Installed {
  readonly plan: InstallPlan;
  readonly changes: readonly FileChange[];
  readonly ran: readonly string[];
  /** Of the time before. */
  readonly state: ServiceState;
  /** The service's own; undefined when it does not answer. */
  readonly server: ServerStatus | undefined;
  /** A server that somebody started otherwise, and that has the data directory. */
  readonly other: ServerStatus | undefined;
}

/** `spillway service install`: a second time it changes nothing. Gives the exit code. */
export async function installService(
  deps: CliDeps,
  flags: InstallFlags,
): Promise<Result<number, CliFailure>> {
  const planned = await planInstall(deps, flags);
  if (!planned.ok) return planned;
  const plan = planned.value;
  if (flags.print) {
    showPlan(screenOf(deps), deps, plan, flags.json);
    return ok(EXIT.ok);
  }
  const changes = await writeFiles(plan);
  if (!changes.ok) return changes;
  const state = await askState(deps.host, plan.manager);
  const before = await runningServer(plan.dataDir);
  const other = state.active ? undefined : before;
  const isChanged = changes.value.some(({ action }) => action !== "unchanged");
  const isDone = !isChanged && state.enabled && state.active;
  const ran =
    isDone || state.unreachable !== undefined
      ? ok([])
      : await runSteps(deps, plan.manager.start(isChanged));
  if (!ran.ok) return ran;
  const server =
    state.unreachable === undefined && other === undefined
      ? await untilItAnswers(deps, plan.dataDir)
      : undefined;
  const installed = { plan, changes: changes.value, ran: ran.value, state, server, other };
  showInstalled(screenOf(deps), deps, installed, flags.json);
  if (state.unreachable !== undefined) return ok(EXIT.nothing);
  return ok(server === undefined && other === undefined ? EXIT.failure : EXIT.ok);
}

const TRIES = 60;
const BETWEEN_TRIES_MS = 250;

async function untilItAnswers(deps: CliDeps, dataDir: string): Promise<ServerStatus | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const server = await runningServer(dataDir);
    if (server !== undefined) return server;
    await deps.sleep(BETWEEN_TRIES_MS);
  }
  return undefined;
}
