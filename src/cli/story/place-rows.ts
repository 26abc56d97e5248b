import type { Paint } from "../../observe/paint.ts";
import { padText, plainText } from "../../observe/terminal-line.ts";
import type { Screen } from "../text.ts";
import { aside, widthOf } from "./parts.ts";

/** A place in a list, with what is to be said of it. */
export interface PlaceRow {
  /** Its number, or a dash. */
  readonly mark: string;
  readonly name: string;
  readonly pays: string;
  readonly came: string;
  readonly paint: Paint;
  /** A paragraph each. */
  readonly asides: readonly string[];
  /** What followed. */
  readonly after?: string;
}

const INDENT = "     ";

/** Aligned where the terminal is wide enough for that; else a name has a line for itself. */
export function placeRows(screen: Screen, rows: readonly PlaceRow[]): void {
  const widest = (of: (row: PlaceRow) => string) =>
    Math.max(0, ...rows.map((row) => Array.from(plainText(of(row))).length));
  const names = widest(({ name }) => name);
  const payers = widest(({ pays }) => pays);
  const total = INDENT.length + names + payers + widest(({ came }) => came) + 4;
  const isBroken = total > widthOf(screen);
  for (const { mark, paint, asides, after, ...row } of rows) {
    const [name, pays, came] = [row.name, row.pays, row.came].map(plainText);
    const first = `  ${padText(mark, 1)}  `;
    const rest = `${padText(pays ?? "", -payers)}  ${screen.paint(paint, came ?? "")}`;
    if (isBroken) {
      screen.line(`${first}${name}`);
      screen.line(`${INDENT}${rest}`);
    } else screen.line(`${first}${padText(name ?? "", -names)}  ${rest}`);
    for (const text of asides) aside(screen, text, INDENT);
    if (after !== undefined) screen.line(`${INDENT}${after}`);
  }
}
