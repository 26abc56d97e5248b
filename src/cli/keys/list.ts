import { ok, type Result } from "../../base/result.ts";
import type { KeyView } from "../../identity/keys/index.ts";
import { fitText, plainText } from "../../observe/terminal-line.ts";
import type { OwnerFlags } from "../command-parts.ts";
import { dateTime } from "../commands/dates.ts";
import type { CliDeps, CliFailure } from "../deps.ts";
import { askControl } from "../open-control.ts";
import { type Screen, screenOf, table } from "../text.ts";
import { limitsOf } from "./limits.ts";
import { keysPath } from "./path.ts";
import { isKeyList } from "./shapes.ts";

const NAME_WIDTH = 24;
const FULL_PERCENT = 100;
const NEARLY_FULL_PERCENT = 80;

/** `spillway keys list`: the keys of an organisation, then what is used of their limits. */
export async function listKeys(
  deps: CliDeps,
  flags: OwnerFlags,
): Promise<Result<undefined, CliFailure>> {
  const request = { method: "GET", path: keysPath(flags) } as const;
  const listed = await askControl(deps, flags, request, isKeyList);
  if (!listed.ok) return listed;
  const screen = screenOf(deps);
  const { keys } = listed.value;
  if (flags.json === true) {
    screen.json(listed.value);
  } else if (keys.length === 0) {
    screen.line("No keys yet. The first one is an owner's:");
    screen.line("  spillway keys create --name NAME");
  } else {
    const active = keys.filter(isActive);
    const ended = keys.filter((key) => !isActive(key));
    showKeys(screen, [...active, ...ended], deps.clock.now());
    showLimits(screen, active, deps.clock.now());
  }
  return ok(undefined);
}

function isActive({ status }: KeyView): boolean {
  return status === "active";
}

function showKeys(screen: Screen, keys: readonly KeyView[], nowMs: number): void {
  const rows = keys.map((key) => [
    nameOf(key),
    plainText(key.mask),
    plainText(key.role),
    plainText(key.status),
    key.expires_at === null ? "never" : dateTime(Date.parse(key.expires_at), nowMs),
  ]);
  const heads = ["NAME", "KEY", "ROLE", "STATE", "EXPIRES"];
  for (const [index, line] of table([heads, ...rows], new Set()).entries()) {
    const key = keys[index - 1];
    const isDim = key === undefined || !isActive(key);
    screen.line(`  ${isDim ? screen.paint("dim", line) : line}`);
  }
}

function showLimits(screen: Screen, keys: readonly KeyView[], nowMs: number): void {
  const limits = keys.flatMap((key) =>
    limitsOf(key, nowMs).map((limit) => ({ name: nameOf(key), ...limit })),
  );
  if (limits.length === 0) return;
  screen.line();
  const rows = limits.map(({ name, limit, used, left, resets }) => [
    name,
    limit,
    used,
    left,
    resets,
  ]);
  const heads = ["NAME", "LIMIT", "USED", "LEFT", "RESETS"];
  for (const [index, line] of table([heads, ...rows], new Set([2, 3])).entries()) {
    screen.line(`  ${paintLimit(screen, line, limits[index - 1]?.usedPercent)}`);
  }
}

/** Undefined: the line of heads. */
function paintLimit(screen: Screen, line: string, percent: number | undefined): string {
  if (percent === undefined) return screen.paint("dim", line);
  if (percent >= FULL_PERCENT) return screen.paint("red", line);
  return percent >= NEARLY_FULL_PERCENT ? screen.paint("yellow", line) : line;
}

function nameOf({ name }: KeyView): string {
  return fitText(plainText(name), NAME_WIDTH);
}
