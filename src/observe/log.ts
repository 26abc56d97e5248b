import { type Logger, pino } from "pino";
import type { Clock } from "../base/clock.ts";

/** Where lifecycle and exchange lines go. */
export interface LogOptions {
  readonly clock: Clock;
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  /** Takes whole lines; must not throw. */
  readonly write: (line: string) => void;
}

/** Longer field values are cut: one line must stay one line that a collector takes. */
const MAX_FIELD_LENGTH = 4096;

/** A JSON-lines logger. Records are built field by field by its callers; request objects are never handed to it. */
export function openLog(options: LogOptions): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date(options.clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // The second net; the first is that records are built from named fields and nothing secret is among them.
      redact: ["authorization", "secret", "token"],
    },
    { write: options.write },
  );
}

/** A text field from outside, cut to a bearable length; JSON escapes the rest. */
export function bounded(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MAX_FIELD_LENGTH
    ? text
    : `${text.slice(0, MAX_FIELD_LENGTH)}…`;
}
