/** Shows a count of tokens in at most five characters: `812`, `48.1k`, `4.81M`; unknown is a question mark, never zero. */
export function tokenText(count: number | null | undefined): string {
  if (count === null || count === undefined) return "?";
  if (count < 1_000) return String(count);
  if (count < 999_950) return scaled(count / 1_000, "k");
  return count < 999_950_000 ? scaled(count / 1_000_000, "M") : scaled(count / 1_000_000_000, "G");
}

function scaled(value: number, unit: string): string {
  const decimals = unit !== "k" && value < 9.995 ? 2 : value < 99.95 || unit === "k" ? 1 : 0;
  const text = value.toFixed(decimals);
  return `${text.length > 4 ? value.toFixed(0) : text}${unit}`;
}

/** Shows a duration in at most five characters up to a hundred hours: `812ms`, `4.2s`, `1m04s`, `12.3m`, `3h05m`. */
export function durationText(durationMs: number | null | undefined): string {
  if (durationMs === null || durationMs === undefined) return "-";
  if (durationMs < 999.5) return `${Math.round(durationMs)}ms`;
  if (durationMs < 59_950) return `${(durationMs / 1_000).toFixed(1)}s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  if (seconds < 3_600) return `${(seconds / 60).toFixed(1)}m`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

/** The share of `part` in `whole` as a whole percentage; a dash where there is nothing to share. */
export function shareText(
  part: number | null | undefined,
  whole: number | null | undefined,
): string {
  if (part === null || part === undefined || whole === null || whole === undefined) return "?";
  if (whole === 0) return "-";
  // 99.6 % is not all of it.
  const percent = part === whole ? 100 : Math.min(99, Math.round((part / whole) * 100));
  return `${percent}%`;
}

/** `1st`, `2nd`, `3rd`, `4th`, `21st`. */
export function ordinal(count: number): string {
  const isTeen = count % 100 > 10 && count % 100 < 14;
  return `${count}${(isTeen ? undefined : ["th", "st", "nd", "rd"][count % 10]) ?? "th"}`;
}

export function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Time of day on the machine's own clock face, as `09:05:31`. */
export function timeOfDay(epochMs: number): string {
  const time = new Date(epochMs);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(":");
}
