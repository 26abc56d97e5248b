import { ok, type Result } from "../../base/result.ts";
import {
  exchangeLineHeader,
  formatExchangeLine,
  NOTIONAL_LEGEND,
} from "../../observe/terminal-line.ts";
import type { EventView } from "../../store/views.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { openSource } from "../open-source.ts";
import { screenOf } from "../text.ts";
import { Follower } from "./follower.ts";

export interface TailFlags extends PlaceFlags {
  readonly count: number;
  readonly follow: boolean;
  readonly json: boolean;
}

const POLL_MS = 500;

/** `spillway tail`: a line for each exchange as it finishes. */
export async function showTail(
  deps: CliDeps,
  flags: TailFlags,
): Promise<Result<undefined, CliFailure>> {
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  let isReaderGone = false;
  // `spillway tail | head` closes the pipe; that is how such a pipeline ends.
  deps.stdout.on("error", () => {
    isReaderGone = true;
  });
  const screen = screenOf(deps);
  const options = { color: screen.color, width: screen.width };
  const show = (events: readonly EventView[]): void => {
    for (const event of events) {
      deps.stdout.write(
        `${flags.json ? JSON.stringify(event) : formatExchangeLine(event, options)}\n`,
      );
    }
  };
  let opened = await openSource(deps, dataDir.value, flags);
  if (!opened.ok) return opened;
  const follower = new Follower();
  const first = await follower.begin(opened.value, flags.count);
  if (!first.ok) return first;
  if (!flags.json) {
    if (opened.value.server === undefined) {
      deps.stderr.write("Spillway is not running; these are its records.\n");
    }
    screen.line(screen.paint("dim", NOTIONAL_LEGEND));
    screen.line(exchangeLineHeader(options));
  }
  show(first.value);
  while (flags.follow && !isReaderGone) {
    await deps.sleep(POLL_MS);
    // Without a server the next one may start at any time, and with it another way to ask.
    if (!opened.ok || opened.value.server === undefined) {
      if (opened.ok) await opened.value[Symbol.asyncDispose]();
      opened = await openSource(deps, dataDir.value, flags);
      if (!opened.ok) continue;
    }
    const next = await follower.next(opened.value);
    if (next.ok) show(next.value);
    else opened = next;
  }
  if (opened.ok) await opened.value[Symbol.asyncDispose]();
  return ok(undefined);
}
