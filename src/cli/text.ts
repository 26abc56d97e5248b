import { type Paint, paint, wantsColor } from "../observe/paint.ts";
import { padText } from "../observe/terminal-line.ts";
import type { CliDeps } from "./deps.ts";

/** Narrower terminals wrap by themselves; wider lines are no easier to read. */
const PAGE_WIDTH = 80;

/** How a command writes: to standard output, in colour only where that is wanted. */
export interface Screen {
  readonly color: boolean;
  readonly width: number;
  line(text?: string): void;
  /** Exactly one JSON document, for machines. */
  json(value: unknown): void;
  paint(style: Paint, text: string): string;
}

export function screenOf({ stdout, env }: Pick<CliDeps, "stdout" | "env">): Screen {
  const color = wantsColor(env, stdout.isTTY === true);
  return {
    color,
    width: stdout.columns ?? PAGE_WIDTH,
    line: (text = "") => {
      stdout.write(`${text}\n`);
    },
    json: (value) => {
      stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    paint: (style, text) => paint(color, style, text),
  };
}

/** Breaks a text at spaces; every line begins with `indent`. */
export function wrap(text: string, indent = "", width = PAGE_WIDTH): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (indent.length + longer.length > width && line !== "") {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((each) => `${indent}${each}`).join("\n");
}

/** Aligns rows in columns, two spaces apart; columns named in `right` stand on their right edge. */
export function table(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Array.from(cell).length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return padText(cell, right.has(column) ? width : -width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** `1 request`, `2 requests`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A path as people say it, with `~` for the home directory. */
export function tildePath(path: string, homeDir: string): string {
  const rest = path.slice(homeDir.length);
  return path.startsWith(homeDir) && /^[/\\]/.test(rest) ? `~${rest}` : path;
}
