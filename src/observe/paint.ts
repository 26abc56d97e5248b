import { styleText } from "node:util";

export type Paint = "bold" | "dim" | "green" | "yellow" | "red";

/** Colours a text for a terminal, or leaves it as it is. */
export function paint(color: boolean, style: Paint, text: string): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}

/** Whether output may be coloured, by the conventions of https://no-color.org and FORCE_COLOR. */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}
