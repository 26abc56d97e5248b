/** One server-sent event as a reader of streams takes it. */
export interface ServerSentEvent {
  /** Undefined where the event names none. */
  readonly event: string | undefined;
  readonly data: string;
}

/**
 * Reads one event as a splitter cut it out: latin1 text, one character a byte, lines ending in LF. Undefined for what
 * carries no data: comments, heartbeats.
 */
export function parseEvent(latin1: string): ServerSentEvent | undefined {
  let event: string | undefined;
  const data: string[] = [];
  for (const line of latin1.split("\n")) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "event" && field !== "data") continue;
    const start = line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
    const value = colon < 0 ? "" : line.slice(start);
    if (field === "data") data.push(value);
    else event = value === "" ? undefined : utf8(value);
  }
  return data.length === 0 ? undefined : { event, data: utf8(data.join("\n")) };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
