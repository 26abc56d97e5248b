import type { Logger } from "pino";
import type { GatewayError } from "../base/errors.ts";
import { ERRORS } from "../base/errors.ts";
import type { StartedRecord, TerminalRecord } from "../store/record.ts";
import { bounded } from "./log.ts";
import {
  type DispatchLine,
  demapLine,
  dispatchLine,
  type ModelsLine,
  modelsLine,
} from "./router-lines.ts";

/** A request that ended before an exchange began. */
export interface Refusal {
  readonly id: string;
  readonly operation: string;
  readonly error: GatewayError;
}

/** A session begins to overflow to a stored key. */
export interface Overflowing {
  readonly id: string;
  readonly sessionId: string | undefined;
  /** The window that is full, in the provider's words; undefined: the session was only busy. */
  readonly window: string | undefined;
  /** When it resets, as people read it. */
  readonly until: string | undefined;
  /** Of the stored key that pays. */
  readonly label: string;
  /** What writing the context anew costs, as people read it; undefined without a price. */
  readonly movingCost: string | undefined;
}

/** An answer was made elsewhere than it had to be. */
export interface Misplaced {
  readonly id: string;
  readonly provider: string;
  /** By its own word. */
  readonly servedIn: string;
}

/** A request was given its way. */
export interface Dispatching extends DispatchLine {
  readonly id: string;
  /** The picker's name for the model, where the client uses that. */
  readonly wrapped?: string | undefined;
}

/** Writes the one canonical line of each exchange, at its end, whatever happened. */
export interface ExchangeLog {
  finished(started: StartedRecord, terminal: TerminalRecord): void;
  refused(refusal: Refusal): void;
  /** Once for each session and each time that it is full. */
  overflowed(overflowing: Overflowing): void;
  /** Somebody has to look: what a data policy, or the request, asked for was not kept to. */
  misplaced(misplaced: Misplaced): void;
  /** Only where the way of a request depends on its model. */
  dispatched(dispatch: Dispatching): void;
  /** A list of models was made here; told where dispatches are. */
  listed(id: string, list: ModelsLine): void;
}

/** The canonical line as JSON: every field is named here, so that nothing else can get in. */
export function jsonExchangeLog(log: Logger): ExchangeLog {
  return {
    finished(started, terminal) {
      log.info(
        {
          event: "exchange.finished",
          id: started.id,
          principal: started.principal,
          key: started.keyId,
          session: bounded(started.sessionId),
          agent: bounded(started.agentId),
          request_class: bounded(started.requestClass),
          client: bounded(started.client),
          client_version: bounded(started.clientVersion),
          operation: started.operation,
          requested_model: bounded(started.requestedModel),
          served_model: bounded(terminal.servedModel),
          provider: terminal.provider ?? started.provider,
          mode: terminal.mode,
          attempts: terminal.attempts.length,
          route: bounded(terminal.route?.short),
          status: terminal.status,
          finish: terminal.finish,
          stop_reason: bounded(terminal.stopReason),
          error: terminal.errorCode,
          error_source: terminal.errorSource,
          input_tokens: terminal.tokens.input,
          cache_read_tokens: terminal.tokens.cacheRead,
          cache_write_tokens: terminal.tokens.cacheWrite,
          output_tokens: terminal.tokens.output,
          usage_source: terminal.usageSource,
          usage_suspect: terminal.usageSuspect ? true : undefined,
          book: terminal.book,
          cost_nano_usd: terminal.cost === undefined ? undefined : Number(terminal.cost),
          first_byte_ms: rounded(terminal.firstByteMs),
          total_ms: rounded(terminal.durationMs),
        },
        "exchange finished",
      );
    },
    refused({ id, operation, error }) {
      log.info(
        {
          event: "exchange.refused",
          id,
          operation,
          error: error.code,
          error_source: ERRORS[error.code].source,
        },
        "exchange refused",
      );
    },
    overflowed({ id, sessionId, window, until, label, movingCost }) {
      log.info(
        {
          event: "session.overflowed",
          id,
          session: bounded(sessionId),
          window: bounded(window),
          until,
          label: bounded(label),
          moving_cost: movingCost,
        },
        "session overflowed",
      );
    },
    misplaced({ id, provider, servedIn }) {
      log.error(
        { event: "residency.mismatch", id, provider, served_in: bounded(servedIn) },
        "answer was made in another place than was asked for",
      );
    },
    dispatched({ id, wrapped, ...line }) {
      const { model } = line;
      if (wrapped !== undefined && model !== undefined) {
        log.info({ event: "exchange.demapped", id }, demapLine(wrapped, model));
      }
      log.info({ event: "exchange.dispatched", id }, dispatchLine(line));
    },
    listed(id, list) {
      log.info({ event: "models.listed", id }, modelsLine(list));
    },
  };
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 10) / 10;
}
