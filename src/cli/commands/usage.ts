import { fail, ok, type Result } from "../../base/result.ts";
import type { MonthView, UsageView } from "../../store/usage-view.ts";
import { type CliDeps, type CliFailure, cliFailure } from "../deps.ts";
import { findDataDir, type PlaceFlags } from "../location.ts";
import { openSource } from "../open-source.ts";
import type { UsageBy } from "../source.ts";
import { screenOf } from "../text.ts";
import { dateTime } from "./dates.ts";
import { readSince } from "./period.ts";
import { booksTable, groupsTable, usageLegend } from "./usage-table.ts";

export interface UsageFlags extends PlaceFlags {
  readonly since: string;
  readonly by: UsageBy;
  readonly json: boolean;
}

/** `spillway usage`: what was used and what it cost, book by book. */
export async function showUsage(
  deps: CliDeps,
  flags: UsageFlags,
): Promise<Result<undefined, CliFailure>> {
  const period = readSince(flags.since, deps.clock.now());
  if (!period.ok) return fail(cliFailure(2, period.error));
  const dataDir = await findDataDir(deps, flags);
  if (!dataDir.ok) return dataDir;
  const opened = await openSource(deps, dataDir.value, flags);
  if (!opened.ok) return opened;
  await using source = opened.value;
  const usage = await source.usage({ ...period.value, by: flags.by });
  if (!usage.ok) return usage;
  const screen = screenOf(deps);
  if (flags.json) {
    screen.json(usage.value);
    return ok(undefined);
  }
  const { name, from } = period.value;
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  screen.line(`${screen.paint("bold", title)} (since ${dateTime(from, deps.clock.now())})`);
  screen.line();
  if (requests(usage.value) === 0) {
    screen.line("  No requests.");
    return ok(undefined);
  }
  booksTable(screen, usage.value);
  if (flags.by !== "none") {
    screen.line();
    groupsTable(screen, usage.value);
  }
  screen.line();
  screen.line(`  ${monthText(usage.value.month)}`);
  usageLegend(screen, usage.value);
  if (usage.value.currency !== "USD") {
    screen.line(
      screen.paint("dim", `  1 USD = ${usage.value.rate} ${usage.value.currency}, as configured`),
    );
  }
  return ok(undefined);
}

/** What the subscription saved, or that there is none. */
function monthText({ paid, notional, without_subscription: without }: MonthView): string {
  if (notional.cost_nano_usd === 0) return `This month so far: ${paid.cost} paid.`;
  return `This month so far: ${paid.cost} paid, ~${notional.cost} covered by the subscription; ${without.cost} without it.`;
}

function requests(usage: UsageView): number {
  return usage.books.reduce((total, book) => total + book.requests, 0);
}
