import { ERRORS, type GatewayError } from "../base/errors.ts";
import type { ExchangeLedger } from "../ledger/index.ts";
import type { Book, Finish, StartedRecord, TerminalRecord } from "../store/record.ts";
import type { AttemptOutcome } from "./attempt.ts";
import { type Bill, bill } from "./bill.ts";
import type { ClientCall } from "./call.ts";
import type { ClientSide } from "./client-side.ts";
import type { ExchangeSettings, House } from "./house.ts";

const NANO_PER_DOLLAR = 1e9;
/** Ends of attempts in which the upstream cannot have seen the request. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "upstream_unreachable",
  "upstream_connect_timeout",
  "upstream_tls",
]);

/** What is left to say of an exchange once its last attempt is over. */
export interface Ending {
  readonly call: ClientCall;
  readonly client: ClientSide;
  readonly started: StartedRecord;
  readonly outcome: AttemptOutcome;
  readonly mode: string;
  readonly book: Book;
  readonly money: ExchangeLedger;
  readonly settings: ExchangeSettings;
}

/** Prices the exchange and writes its one terminal record, its ledger lines, its metrics and its log line. */
export function settle(house: House, ending: Ending): void {
  const { call, client, started, outcome, settings } = ending;
  const { book } = ending;
  const finish = finishOf(client, outcome);
  const billed = bill(
    {
      operation: call.operation,
      requestedModel: started.requestedModel,
      status: outcome.last.head?.status,
      sent: outcome.attempts.some(({ outcome: result }) => !NEVER_CONNECTED.has(result)),
      observation: outcome.last.observation,
    },
    settings.catalogue,
  );
  const error = errorOf(client, outcome, billed);
  const durationMs = house.clock.monotonicMs() - call.startedMs;
  const terminal: TerminalRecord = {
    id: call.id,
    finishedAt: house.clock.now(),
    durationMs,
    firstByteMs:
      client.firstByteAtMs === undefined ? undefined : client.firstByteAtMs - call.startedMs,
    sentModel: started.requestedModel,
    servedModel: billed.servedModel,
    decision: outcome.candidate.reason,
    attempts: outcome.attempts,
    mode: ending.mode,
    status: client.status,
    stopReason: billed.stopReason,
    usageRaw: billed.usageRaw,
    units: billed.units,
    tokens: billed.tokens,
    usageSource: billed.usageSource,
    usageSuspect: billed.suspect,
    cost: billed.cost,
    book,
    priceVersion: billed.priceVersion,
    currency: settings.currency.code,
    rate: settings.currency.rate,
    errorCode: error?.code,
    errorSource: error?.source,
    billingOwner: outcome.candidate.credential.owner,
    finish,
  };
  const { currency, rate, priceVersion } = terminal;
  const paid = ending.money.settle(terminal.finishedAt, billed.cost, {
    currency,
    rate,
    priceVersion,
  });
  house.store.finish(terminal, paid);
  house.log.finished(started, terminal);
  house.metrics.exchangeEnded({
    operation: call.operation,
    provider: started.provider,
    status: client.status,
    error,
    book,
    tokens: billed.tokens,
    usageUnknown: billed.usageSource === "unknown",
    costUsd: billed.cost === undefined ? undefined : Number(billed.cost) / NANO_PER_DOLLAR,
    headersMs:
      outcome.last.headAtMs === undefined ? undefined : outcome.last.headAtMs - call.startedMs,
    firstByteMs: terminal.firstByteMs,
    totalMs: durationMs,
  });
}

function finishOf(client: ClientSide, { last }: AttemptOutcome): Finish {
  if (last.failure !== undefined) return "upstream_lost";
  return client.gone ? "client_gone" : "complete";
}

interface ErrorFigures {
  readonly code: string;
  readonly source: "gateway" | "upstream" | "client" | "policy";
}

function errorOf(
  client: ClientSide,
  { last }: AttemptOutcome,
  billed: Bill,
): ErrorFigures | undefined {
  if (last.failure !== undefined) return figures(last.failure.error);
  if (billed.errorType !== undefined) return { code: billed.errorType, source: "upstream" };
  if (last.head !== undefined && last.head.status >= 400) {
    return { code: `http_${last.head.status}`, source: "upstream" };
  }
  return client.gone ? { code: "client_closed", source: "client" } : undefined;
}

function figures({ code }: GatewayError): ErrorFigures {
  return { code, source: ERRORS[code].source };
}
