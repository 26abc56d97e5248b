import { ERRORS, type GatewayError } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { Seller } from "../metering/index.ts";
import type { AskedPlace } from "../policy/residency/index.ts";
import type { Candidate, UpstreamMode } from "../routing/candidate.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { Book, Finish, StartedRecord, TerminalRecord, TokenTotals } from "../store/record.ts";
import type { RouteRecord } from "../store/route-record.ts";
import type { ClientSide } from "./answer/client-side.ts";
import { repeats } from "./answer/mask-secret.ts";
import type { AttemptOutcome } from "./attempt/attempt-plan.ts";
import type { ClientCall } from "./call.ts";
import { servedElsewhere } from "./decision/served-place.ts";
import type { ExchangeSettings, House } from "./house.ts";
import { type Bill, bill, mayCost, together } from "./money/bill.ts";
import type { Purse } from "./money/purse.ts";
import type { Facts } from "./request/facts.ts";

const NANO_PER_DOLLAR = 1e9;
/** Ends of attempts in which the upstream cannot have seen the request. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "upstream_unreachable",
  "upstream_connect_timeout",
  "upstream_tls",
  "bad_request_target",
]);

/** How an exchange ended, and by what decision. */
export interface Ending extends Pick<AttemptOutcome, "attempts" | "last" | "isSpent"> {
  readonly mode: UpstreamMode;
  readonly book: Book;
  readonly residency: string | undefined;
  readonly reason: string;
  /** What was chosen from; undefined: there was nothing to choose. */
  readonly record: RouteRecord | undefined;
  /** Whose prices hold. */
  readonly seller: Seller & Pick<Deployment, "origin">;
  /** As the upstream calls it, where that is another name. */
  readonly sentModel?: string | undefined;
  /** Undefined: nobody gave an answer that is one. */
  readonly answeredBy?: Candidate | undefined;
  /** Undefined: nobody was to pay. */
  readonly billingOwner?: string;
}

/** An exchange whose last attempt is over. */
export interface Settlement {
  readonly call: ClientCall;
  readonly client: ClientSide;
  readonly started: StartedRecord;
  readonly ending: Ending;
  readonly facts: Facts;
  /** Where the answer had to be made. */
  readonly asks: AskedPlace;
  readonly purse: Purse;
  /** What attempts used that were given up, and is paid for. */
  readonly spent: readonly Bill[];
  readonly settings: ExchangeSettings;
  /** Credentials that an upstream was sent, and may repeat in what is kept of its words. */
  readonly secrets: readonly Secret[];
}

/** What a settled exchange used. */
export interface Settled {
  /** In all attempts. */
  readonly tokens: TokenTotals;
  /** Of the answer alone. */
  readonly bill: Bill;
}

/**
 * Prices the exchange and writes its one terminal record, its ledger lines, its metrics and its log line. Gives what it used.
 */
export function settle(house: House, settlement: Settlement): Settled {
  const { call, client, started, ending, facts, asks, purse, spent, settings, secrets } =
    settlement;
  const { book } = ending;
  const finish = finishOf(client, ending);
  const sentModel = ending.sentModel ?? started.requestedModel;
  const consumption = {
    mayCost: mayCost(call) && ending.isSpent === undefined,
    requestedModel: sentModel,
    status: ending.last.seen?.status,
    sent: ending.attempts.some(({ outcome: result }) => !NEVER_CONNECTED.has(result)),
    observation: ending.last.observation,
  };
  const billed = withoutSecrets(bill(consumption, settings.catalogue.of(ending.seller)), secrets);
  const { tokens, cost, units } = together(billed, spent);
  const attempts = ending.attempts.map((attempt) => withoutSecrets(attempt, secrets));
  const error = errorOf(client, ending, billed);
  const servedIn = servedElsewhere(ending.last.observation ?? {}, asks);
  const durationMs = house.clock.monotonicMs() - call.startedMs;
  const terminal: TerminalRecord = {
    id: call.id,
    finishedAt: house.clock.now(),
    durationMs,
    firstByteMs:
      client.firstByteAtMs === undefined ? undefined : client.firstByteAtMs - call.startedMs,
    sentModel,
    servedModel: billed.servedModel,
    decision: decisionOf(ending, facts),
    residency:
      servedIn === undefined ? ending.residency : `${ending.residency}; served in ${servedIn}`,
    route: ending.record,
    attempts,
    mode: ending.mode,
    status: client.status,
    stopReason: billed.stopReason,
    usageRaw: billed.usageRaw,
    units,
    tokens,
    usageSource: billed.usageSource,
    usageSuspect: billed.suspect,
    cost,
    book,
    priceVersion: billed.priceVersion,
    currency: settings.currency.code,
    rate: settings.currency.rate,
    errorCode: error?.code,
    errorSource: error?.source,
    billingOwner: ending.billingOwner,
    provider: ending.seller.provider,
    finish,
  };
  const { currency, rate, priceVersion } = terminal;
  const paid = purse.settle(terminal.finishedAt, billed.cost, {
    currency,
    rate,
    priceVersion,
  });
  house.store.finish(terminal, paid);
  house.log.finished(started, terminal);
  if (servedIn !== undefined) {
    const { provider } = ending.seller;
    house.log.misplaced({ id: call.id, provider, servedIn });
    house.metrics.misplaced(provider);
  }
  house.sessions.add(started, terminal);
  house.metrics.exchangeEnded({
    operation: call.operation,
    provider: ending.seller.provider,
    status: client.status,
    error,
    book,
    tokens,
    usageUnknown: billed.usageSource === "unknown",
    costUsd: cost === undefined ? undefined : Number(cost) / NANO_PER_DOLLAR,
    headersMs:
      ending.last.headAtMs === undefined ? undefined : ending.last.headAtMs - call.startedMs,
    firstByteMs: terminal.firstByteMs,
    totalMs: durationMs,
  });
  return { tokens, bill: billed };
}

/** A record in whose texts no credential stands: the words of an upstream that repeats what it was sent. */
function withoutSecrets<T extends object>(record: T, secrets: readonly Secret[]): T {
  if (!Object.values(record).some((value) => hasSecret(value, secrets))) return record;
  const hidden: T = { ...record };
  for (const [name, value] of Object.entries(record)) {
    if (hasSecret(value, secrets)) Object.assign(hidden, { [name]: NOT_SHOWN });
  }
  return hidden;
}

const NOT_SHOWN = "(not shown: it repeats a credential)";

function hasSecret(value: unknown, secrets: readonly Secret[]): boolean {
  return typeof value === "string" && secrets.some((secret) => repeats(value, secret));
}

/** Says what was decided, and what the upstream may have read in another way than we did (design R11). */
function decisionOf({ reason, last }: Ending, { duplicates }: Facts): string {
  const { lossy = [] } = last.seen ?? {};
  return [
    reason,
    ...(last.account === undefined ? [] : [last.account]),
    ...(lossy.length === 0 ? [] : [`left out in its dialect: ${lossy.join(", ")}`]),
    ...(duplicates.length === 0
      ? []
      : [`the body has ${duplicates.join(", ")} more than once, the last one was read`]),
  ].join("; ");
}

function finishOf(client: ClientSide, { last }: Ending): Finish {
  if (client.gone) return "client_gone";
  if (last.failure === undefined) return "complete";
  if (ERRORS[last.failure.error.code].source === "upstream") return "upstream_lost";
  // Ended by us: in the middle of an answer that is no longer known, before one with an answer of our own.
  return last.committed ? "indeterminate" : "complete";
}

interface ErrorFigures {
  readonly code: string;
  readonly source: "gateway" | "upstream" | "client" | "policy";
}

function errorOf(client: ClientSide, { last }: Ending, billed: Bill): ErrorFigures | undefined {
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
