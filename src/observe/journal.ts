import type { Logger } from "pino";

export type JournalLevel = "info" | "warn" | "error";

/** Facts beside a message; every field is named by the caller. */
export type JournalFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Lifecycle and trouble, for whoever runs the program. `event` is a `noun.verb` constant. */
export type Journal = (
  level: JournalLevel,
  event: string,
  message: string,
  fields?: JournalFields,
) => void;

export function jsonJournal(log: Logger): Journal {
  return (level, event, message, fields) => log[level]({ event, ...fields }, message);
}

/** Plain lines for a terminal; what goes well needs no prefix. */
export function terminalJournal(write: (text: string) => void): Journal {
  return (level, _event, message) => {
    write(level === "info" ? `${message}\n` : `${level}: ${message}\n`);
  };
}
