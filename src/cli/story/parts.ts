import { durationText } from "../../observe/number-text.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { type Screen, wrap } from "../text.ts";

export type Fact = readonly [name: string, value: string | null | undefined];

const NAME_WIDTH = 12;

export function heading(screen: Screen, title: string): void {
  screen.line();
  screen.line(screen.paint("bold", title));
}

/** Names and values, a line each; what is not known is left out, and a section without any too. */
export function facts(screen: Screen, title: string, list: readonly Fact[]): void {
  const rows = list.flatMap(([name, value]) =>
    value === null || value === undefined || value === "" ? [] : [[name, plainText(value)]],
  );
  if (rows.length === 0) return;
  heading(screen, title);
  for (const [name = "", value = ""] of rows) {
    const [first = "", ...rest] = wrap(value, "", widthOf(screen) - NAME_WIDTH - 2).split("\n");
    screen.line(`  ${screen.paint("dim", name.padEnd(NAME_WIDTH))}${first}`);
    for (const line of rest) screen.line(`  ${" ".repeat(NAME_WIDTH)}${line}`);
  }
}

/** What is said below a line of a table, wrapped and dim. */
export function aside(screen: Screen, text: string, indent: string): void {
  for (const line of wrap(plainText(text), indent, widthOf(screen)).split("\n")) {
    screen.line(screen.paint("dim", line));
  }
}

const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

/** As wide as the terminal, as far as that can be read. */
export function widthOf({ width }: Screen): number {
  return Math.min(Math.max(width, MIN_WIDTH), MAX_WIDTH);
}

export function timeOf(ms: number | null): string | null {
  return ms === null ? null : durationText(ms);
}

export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
