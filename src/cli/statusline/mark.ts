/** How much a window should be minded. */
export type Mark = "red" | "yellow" | undefined;

export const WARN_PERCENT = 80;
const ALARM_PERCENT = 95;

/** Red: full, or nearly; yellow: warned of, filling, or about to be full before it resets. */
export function markOf(window: {
  readonly usedPercent: number | undefined;
  readonly status: string | undefined;
  readonly runsOut: boolean;
}): Mark {
  const { usedPercent = 0, status, runsOut } = window;
  if (usedPercent >= ALARM_PERCENT || status === "rejected") return "red";
  const isWarned = usedPercent >= WARN_PERCENT || status === "allowed_warning";
  return isWarned || runsOut ? "yellow" : undefined;
}
