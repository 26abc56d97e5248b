/** Eighths of a cell, from empty to nearly full. */
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const NARROWEST = 10;
const WIDEST = 40;
/** What stands beside a bar in its line. */
const REST = 64;

/** How wide a bar may be in a terminal of that width. */
export function barWidth(columns: number): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns - REST));
}

/** The two parts of a bar that is `percent` full; what is above 100 is full, what is not known is empty. */
export function bar(
  percent: number | null,
  width: number,
): { readonly filled: string; readonly rest: string } {
  const eighths = Math.round((Math.min(100, Math.max(0, percent ?? 0)) / 100) * width * 8);
  // A little is not nothing.
  const shown = percent !== null && percent > 0 ? Math.max(1, eighths) : eighths;
  const filled = `${"█".repeat(Math.floor(shown / 8))}${PARTS[shown % 8] ?? ""}`;
  return { filled, rest: "·".repeat(width - filled.length) };
}
