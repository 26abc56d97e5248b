/** One SSE event's fields as far as they matter here; both are latin1 text, one character a byte. */
interface SseEvent {
  /** Empty when the event has no `event:` line. */
  readonly name: string;
  readonly data: string;
}

/** Reads the fields of one event, whose lines end in LF. */
export function parseSseEvent(text: string): SseEvent {
  let name = "";
  const data: string[] = [];
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "event" && field !== "data") continue;
    const start = line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
    const value = colon < 0 ? "" : line.slice(start);
    if (field === "event") name = value;
    else data.push(value);
  }
  return { name, data: data.join("\n") };
}
