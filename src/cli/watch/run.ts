import { fail, ok, type Result } from "../../base/result.ts";
import { type CliDeps, type CliFailure, cliFailure, EXIT } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { screenOf } from "../text.ts";
import { frame } from "./frame.ts";
import { openLiveTerminal } from "./terminal.ts";
import { type Snapshot, Watcher } from "./watcher.ts";

const LOOK_MS = 1_000;
// As a terminal that passes every key on sends them: Ctrl-C, Ctrl-D.
const QUITS = ["q", "Q", "\u0003", "\u0004"];

/** `spillway status --watch`: limits, money and requests as they change, until q is pressed. Gives the exit code. */
export async function watchStatus(
  deps: CliDeps,
  flags: PlaceFlags,
): Promise<Result<number, CliFailure>> {
  if (deps.stdout.isTTY !== true || deps.stdin().isTTY !== true) {
    const message =
      "--watch needs a terminal. For programs there are spillway status --json and spillway tail --json.";
    return fail(cliFailure(EXIT.usage, message));
  }
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const watcher = new Watcher(deps, { ...flags, dataDir: dataDir.value });
  const { color } = screenOf(deps);
  const end = Promise.withResolvers<number>();
  let snapshot: Snapshot | undefined;
  using terminal = openLiveTerminal(deps, {
    onKey: (keys) => {
      if (QUITS.some((key) => keys.includes(key))) end.resolve(EXIT.ok);
    },
    onResize: () => show(),
    onEnd: end.resolve,
  });
  const show = (): void => {
    if (snapshot === undefined) return;
    const { clock, homeDir } = deps;
    terminal.draw(frame(snapshot, { ...terminal.size, color, nowMs: clock.now(), homeDir }));
  };
  const stop = new AbortController();
  void end.promise.then(() => stop.abort());
  while (!stop.signal.aborted) {
    // A server that does not answer must not keep anybody here.
    const seen = await Promise.race([watcher.look(), end.promise.then(() => undefined)]);
    snapshot = seen ?? snapshot;
    show();
    await deps.sleep(LOOK_MS, stop.signal);
  }
  return ok(await end.promise);
}
