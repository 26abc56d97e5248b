/** One line of the result. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly gateway: number;
  /** Undefined where there is nothing to compare with. */
  readonly pipe?: number | undefined;
  /** The figure that is held against the aim, and what it is. */
  readonly figure: { readonly kind: "ratio" | "difference" | "value"; readonly value: number };
  readonly aim?: number | undefined;
  /** What else was seen, e.g. the spread. */
  readonly note?: string | undefined;
}

const HEADINGS = ["measured", "gateway", "pipe", "result", "aim", "", "notes"] as const;

export function isMet(row: Row): boolean | undefined {
  return row.aim === undefined ? undefined : row.figure.value <= row.aim;
}

export function renderTable(rows: readonly Row[]): string {
  const lines = [[...HEADINGS], ...rows.map(cells)];
  const widths = HEADINGS.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) =>
          at === 0 || at > 4 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells(row: Row): string[] {
  const sign = { ratio: "x", difference: "", value: "" }[row.figure.kind];
  const met = isMet(row);
  return [
    `${row.what} (${row.unit})`,
    figure(row.gateway),
    row.pipe === undefined ? "" : figure(row.pipe),
    `${row.figure.kind === "difference" && row.figure.value >= 0 ? "+" : ""}${figure(row.figure.value)}${sign}`,
    row.aim === undefined ? "" : `<= ${row.aim}${sign}`,
    met === undefined ? "" : met ? "met" : "MISSED",
    row.note ?? "",
  ];
}

function figure(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
