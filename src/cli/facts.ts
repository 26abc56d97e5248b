import { type Screen, wrap } from "./text.ts";

export type Fact = readonly [label: string, value: string];

/** One fact to a line, its values below each other; a long one goes on below itself. */
export function showFacts(screen: Screen, facts: readonly Fact[]): void {
  const width = Math.max(...facts.map(([label]) => label.length));
  const indent = " ".repeat(width + 4);
  for (const [label, value] of facts) {
    screen.line(`  ${label.padEnd(width)}  ${wrap(value, indent).trimStart()}`);
  }
}
