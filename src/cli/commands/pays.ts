import { plainText } from "../../observe/terminal-line.ts";
import { capText } from "../quota-view.ts";
import type { CapView, ServerStatus } from "../source.ts";
import { type Screen, table, wrap } from "../text.ts";
import { dateTime, spanText } from "./dates.ts";

type Pays = NonNullable<ServerStatus["pays"]>;

/** Says in `status` what pays when the subscription is full, and how much of that may still be spent. */
export function showPays(screen: Screen, pays: Pays, nowMs: number): void {
  const { mode, cap, stored, keys } = pays;
  screen.line();
  screen.line(screen.paint("bold", "Overflow"));
  screen.line();
  if (stored.length === 0) {
    screen.line(screen.paint("dim", wrap(withoutKey(pays.redirects_to ?? undefined), "  ")));
  }
  const rows = stored.map(({ provider, label, mask, overflow }) => [
    plainText(provider),
    `${plainText(label)}  ${plainText(mask)}`,
    use(mode, overflow),
  ]);
  for (const line of table(rows, new Set())) screen.line(`  ${line}`);
  if (stored.length > 0 && cap !== null) screen.line(`  ${capLine(cap, nowMs)}`);
  if (keys > 0)
    screen.line(`  ${keys} Spillway ${keys === 1 ? "key" : "keys"}: spillway keys list`);
}

function withoutKey(redirectsTo: string | undefined): string {
  return redirectsTo === undefined
    ? "No key is stored, so requests stop when the subscription is full. Store one: spillway byok set anthropic"
    : `No key is stored. Before the subscription is full, ${plainText(redirectsTo)} answers instead.`;
}

/** What a stored key is for: the configuration goes before what it was stored for (design R2). */
export function use(mode: string | null, overflow: boolean): string {
  if (mode === "session") return "not used: overflow.mode is session";
  if (mode === "overflow" || (mode === null && overflow)) return "pays when the session is full";
  return "pays for Spillway keys";
}

function capLine(cap: CapView, nowMs: number): string {
  const resetsMs = Date.parse(cap.resets_at);
  const span = spanText(resetsMs - nowMs);
  return `cap for requests without a Spillway key: ${capText(cap)}, anew in ${span} (${dateTime(resetsMs, nowMs)})`;
}
