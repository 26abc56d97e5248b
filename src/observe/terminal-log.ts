import { eventView } from "../store/views.ts";
import type { ExchangeLog } from "./exchange-log.ts";
import { paint } from "./paint.ts";
import { dispatchLine } from "./router-lines.ts";
import { exchangeLineHeader, formatExchangeLine, NOTIONAL_LEGEND } from "./terminal-line.ts";

/** The exchange's own line says it as well. */
const USUAL: ReadonlySet<string> = new Set(["anthropic-passthrough", "non-body-bearing"]);

/** What the terminal can show. */
export interface TerminalOptions {
  readonly color: boolean;
  readonly width: () => number;
}

/** One aligned line for each model call; side traffic that went well is not worth a line. */
export function terminalExchangeLog(
  write: (text: string) => void,
  options: TerminalOptions,
): ExchangeLog {
  let headed = false;
  let legendShown = false;
  return {
    finished(started, terminal) {
      if (started.operation !== "messages" && terminal.errorCode === undefined) return;
      const line = { color: options.color, width: options.width() };
      if (!headed) write(`${exchangeLineHeader(line)}\n`);
      headed = true;
      if (terminal.book === "subscription" && !legendShown) {
        legendShown = true;
        write(`${paint(line.color, "dim", NOTIONAL_LEGEND)}\n`);
      }
      write(`${formatExchangeLine(eventView(started, terminal), line)}\n`);
    },
    overflowed({ window, until, label, movingCost }) {
      const why =
        until === undefined
          ? "The plan refused a request"
          : `The plan is full until ${until} (${plainWords(window ?? "")})`;
      const moving = movingCost === undefined ? "" : `, moving the context ~${movingCost}`;
      const text = `${why}: key "${plainWords(label)}" pays${moving}`;
      write(`${paint(options.color, "yellow", text)}\n`);
    },
    misplaced({ provider, servedIn }) {
      const text = `An answer of ${provider} was made in ${plainWords(servedIn)}, and not where it had to be`;
      write(`${paint(options.color, "red", text)}\n`);
    },
    dispatched(line) {
      if (USUAL.has(line.reason ?? "")) return;
      write(`${paint(options.color, "dim", dispatchLine(line))}\n`);
    },
    listed() {
      // Side traffic.
    },
    refused({ id, operation, error }) {
      if (error.code !== "client_closed") write(`refused ${operation}: ${error.message} (${id})\n`);
    },
  };
}

/** What came from outside must not steer the terminal. */
function plainWords(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?").slice(0, 80);
}
