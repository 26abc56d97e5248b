import type { Paint } from "../../observe/paint.ts";
import { plainText } from "../../observe/terminal-line.ts";
import { type Screen, table } from "../text.ts";
import type { Explained } from "./shapes.ts";

const PAINTS: Readonly<Record<string, Paint>> = {
  matches: "green",
  error: "yellow",
  no: "dim",
  "not asked": "dim",
};

/** Tells the way of a request from its name to where it would go. */
export function tellRoute(screen: Screen, explained: Explained): void {
  screen.line(screen.paint("bold", plainText(explained.model ?? "no model")));
  const { class: known, residency } = explained;
  if (known !== undefined) {
    const how = known.isTold ? "as its client says" : "recognised";
    screen.line(`  class ${plainText(known.name)}, ${how}`);
  }
  if (residency !== undefined) screen.line(`  data policy: ${plainText(residency)}`);
  tellRules(screen, explained);
  tellWay(screen, explained);
}

function tellRules(screen: Screen, { rules }: Explained): void {
  if (rules.length === 0) return;
  heading(screen, "Rules");
  const rows = rules.map(({ result, name, detail = "" }) => [result, name, detail].map(plainText));
  for (const [index, line] of table(rows, new Set()).entries()) {
    screen.line(`  ${screen.paint(PAINTS[rules[index]?.result ?? ""] ?? "dim", line)}`);
  }
}

function tellWay(screen: Screen, { route, prices, refusal }: Explained): void {
  heading(screen, "Route");
  for (const step of route.steps) screen.line(`  ${plainText(step)}`);
  const rows = [
    ...route.candidates.map(({ name, pays, reason }, at) => {
      const price = prices[at];
      const cost = price ? `${price.input} in, ${price.output} out` : "no price";
      return [`${at + 1}`, name, pays, cost, reason].map(plainText);
    }),
    ...route.refused.map(({ name, pays, reason }) => ["-", name, pays, "", reason].map(plainText)),
  ];
  for (const line of table(rows, new Set([0]))) screen.line(`  ${line}`);
  for (const note of route.notes) screen.line(`  ${plainText(note)}`);
  if (refusal !== undefined) {
    const said = `refused: ${plainText(refusal.message)} (${refusal.code})`;
    screen.line(`  ${screen.paint("red", said)}`);
  } else if (route.candidates.length > 0) {
    screen.line(screen.paint("dim", "  Prices are dollars for a million tokens."));
  }
}

function heading(screen: Screen, title: string): void {
  screen.line();
  screen.line(screen.paint("bold", title));
}
