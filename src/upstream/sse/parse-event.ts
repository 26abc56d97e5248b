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
  let data: string | undefined;
  for (let from = 0; from < latin1.length; ) {
    const newline = latin1.indexOf("\n", from);
    const end = newline < 0 ? latin1.length : newline;
    const line = latin1.slice(from, end);
    from = end + 1;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== "event" && field !== "data") continue;
    const start = line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1;
    const value = colon < 0 ? "" : line.slice(start);
    if (field === "data") data = data === undefined ? value : `${data}\n${value}`;
    else event = value === "" ? undefined : utf8(value);
  }
  return data === undefined ? undefined : { event, data: utf8(data) };
}

function utf8(latin1: string): string {
  // Most events have nothing beyond ASCII, and need no copy.
  return BEYOND_ASCII.test(latin1) ? Buffer.from(latin1, "latin1").toString("utf8") : latin1;
}

const BEYOND_ASCII = /[\u0080-\u00ff]/;
