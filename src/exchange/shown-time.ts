const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant as people read it: `24 Nov, 15:20`. Throws for an unknown zone. */
export function shownTime(epochMs: number, timeZone: string): string {
  return formatOf(timeZone).format(epochMs);
}

/** Made once for a zone: it takes 50 µs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, made);
  return made;
}
