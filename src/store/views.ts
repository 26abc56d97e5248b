import { isObject, parseJson } from "../base/json.ts";
import {
  type NanoUsdJson,
  nanoUsdJson,
  shortMoney,
  type TokensView,
  tokensView,
} from "./amount-view.ts";
import type { EventsPage, ExchangeDetail } from "./contract.ts";
import type { AttemptRecord, StartedRecord, TerminalRecord } from "./record.ts";
import { type AnsweredView, answeredView, type RouteView, routeView } from "./route-view.ts";
import type { LedgerTransaction } from "./transaction.ts";

export type { DisplayCurrency } from "./amount-view.ts";
export { activityView, usageView } from "./usage-view.ts";

/** One exchange as lists show it. Absent facts are null, times are ISO 8601 in UTC. */
export interface EventView {
  readonly id: string;
  readonly started_at: string;
  /** Null while the exchange runs. */
  readonly finished_at: string | null;
  readonly duration_ms: number | null;
  readonly first_byte_ms: number | null;
  readonly operation: string;
  /** The best known: served, else sent, else requested. */
  readonly model: string | null;
  readonly provider: string;
  readonly mode: string | null;
  readonly client: string | null;
  readonly client_version: string | null;
  readonly session_id: string | null;
  readonly agent_id: string | null;
  readonly request_class: string | null;
  readonly stream: boolean;
  readonly status: number | null;
  readonly stop_reason: string | null;
  readonly tokens: TokensView;
  readonly usage_source: string | null;
  readonly cost_nano_usd: NanoUsdJson;
  /** In the display currency; null is unknown. */
  readonly cost: string | null;
  readonly currency: string | null;
  /** Units of the currency for a dollar, as decimal text. */
  readonly rate: string | null;
  readonly book: string | null;
  readonly attempt_count: number;
  /** Null: the first place that was asked, at once; or nobody. */
  readonly answered: AnsweredView | null;
  readonly error_code: string | null;
  readonly error_source: string | null;
  readonly finish: string | null;
  readonly key_id: string | null;
  readonly billing_owner: string | null;
  /** The decision on where it may be processed, in words. */
  readonly residency: string | null;
}

/** One upstream call as JSON. */
export interface AttemptView {
  readonly deployment: string;
  readonly credential_owner: string;
  readonly credential_class: string;
  readonly status: number | null;
  readonly upstream_request_id: string | null;
  readonly bytes_sent: number;
  readonly bytes_received: number;
  readonly started_after_ms: number;
  readonly headers_after_ms: number | null;
  readonly ended_after_ms: number;
  readonly outcome: string;
}

/** A page of exchanges, newest first. */
export interface EventsView {
  readonly events: readonly EventView[];
  /** Give it as `before` for the next page; null on the last one. */
  readonly next_before: string | null;
}

/** A movement of money as JSON; the lines sum to zero. */
export interface LedgerView {
  readonly leg: string;
  readonly seq: number;
  readonly at: string;
  readonly book: string;
  readonly price_version: string | null;
  readonly lines: readonly { readonly account: string; readonly amount_nano_usd: NanoUsdJson }[];
}

/** The whole record of one exchange. */
export interface ExchangeView extends EventView {
  readonly principal: string;
  readonly organisation: string;
  readonly parent_agent_id: string | null;
  readonly prompt_id: string | null;
  readonly dialect: string;
  readonly method: string;
  readonly path: string;
  readonly requested_model: string | null;
  readonly sent_model: string | null;
  readonly served_model: string | null;
  readonly credential_class: string;
  /** Keyed hash of the caller's own token. */
  readonly account: string | null;
  readonly decision: string | null;
  readonly attempts: readonly AttemptView[];
  /** What could have answered and why it was this one; null where there was nothing to choose. */
  readonly route: RouteView | null;
  /** The provider's own usage object, as it came; text where it is no JSON. */
  readonly usage_raw: unknown;
  /** `[{ model, kind, units, price, cost_nano_usd, … }]`: what the cost was made of, by `metering`. */
  readonly units: unknown;
  readonly usage_suspect: boolean;
  readonly price_version: string | null;
  readonly ledger: readonly LedgerView[];
}

/** The JSON of one exchange in a list, for `/me/activity/events`, the CLI and the log on a terminal. */
export function eventView(started: StartedRecord, terminal: TerminalRecord | undefined): EventView {
  return {
    id: started.id,
    started_at: isoTime(started.startedAt),
    finished_at: terminal === undefined ? null : isoTime(terminal.finishedAt),
    duration_ms: terminal?.durationMs ?? null,
    first_byte_ms: terminal?.firstByteMs ?? null,
    operation: started.operation,
    model: terminal?.servedModel ?? terminal?.sentModel ?? started.requestedModel ?? null,
    provider: terminal?.provider ?? started.provider,
    mode: terminal?.mode ?? null,
    client: started.client ?? null,
    client_version: started.clientVersion ?? null,
    session_id: started.sessionId ?? null,
    agent_id: started.agentId ?? null,
    request_class: started.requestClass ?? null,
    stream: started.stream,
    status: terminal?.status ?? null,
    stop_reason: terminal?.stopReason ?? null,
    tokens: tokensView(terminal?.tokens ?? {}),
    usage_source: terminal?.usageSource ?? null,
    cost_nano_usd: nanoUsdJson(terminal?.cost),
    cost: terminal?.cost === undefined ? null : shortMoney(terminal.cost, terminal),
    currency: terminal?.currency ?? null,
    rate: terminal?.rate ?? null,
    book: terminal?.book ?? null,
    attempt_count: terminal?.attempts.length ?? 0,
    answered: answeredView(terminal?.route),
    error_code: terminal?.errorCode ?? null,
    error_source: terminal?.errorSource ?? null,
    finish: terminal?.finish ?? null,
    key_id: started.keyId ?? null,
    billing_owner: terminal?.billingOwner ?? null,
    residency: terminal?.residency ?? null,
  };
}

export function eventsView(page: EventsPage): EventsView {
  return {
    events: page.events.map(({ started, terminal }) => eventView(started, terminal)),
    next_before: page.nextBefore ?? null,
  };
}

/** The JSON of everything that is known of one exchange, for `/control/exchanges/<id>` and `spillway why`. */
export function exchangeView(detail: ExchangeDetail): ExchangeView {
  const { started, terminal, transactions } = detail;
  return {
    ...eventView(started, terminal),
    principal: started.principal,
    organisation: started.organisation,
    parent_agent_id: started.parentAgentId ?? null,
    prompt_id: started.promptId ?? null,
    dialect: started.dialect,
    method: started.method,
    path: started.path,
    requested_model: started.requestedModel ?? null,
    sent_model: terminal?.sentModel ?? null,
    served_model: terminal?.servedModel ?? null,
    credential_class: started.credentialClass,
    account: started.account ?? null,
    decision: terminal?.decision ?? null,
    attempts: (terminal?.attempts ?? []).map(attemptView),
    route: terminal?.route === undefined ? null : routeView(terminal.route),
    usage_raw: storedJson(terminal?.usageRaw),
    units: unitsView(storedJson(terminal?.units)),
    usage_suspect: terminal?.usageSuspect ?? false,
    price_version: terminal?.priceVersion ?? null,
    ledger: transactions.map(ledgerView),
  };
}

function ledgerView(transaction: LedgerTransaction): LedgerView {
  return {
    leg: transaction.leg,
    seq: transaction.seq,
    at: isoTime(transaction.at),
    book: transaction.book,
    price_version: transaction.priceVersion ?? null,
    lines: transaction.lines.map(({ account, amountNano }) => ({
      account,
      amount_nano_usd: nanoUsdJson(amountNano),
    })),
  };
}

/** `metering`'s own names in the spelling of public JSON. */
function unitsView(stored: unknown): unknown {
  if (Array.isArray(stored)) return stored.map(unitsView);
  if (!isObject(stored)) return stored;
  return Object.fromEntries(
    Object.entries(stored).map(([key, value]) => {
      const name = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const isAmount = name === "cost_nano_usd" && typeof value === "string";
      return [name, isAmount ? nanoUsdJson(amountOf(value)) : unitsView(value)];
    }),
  );
}

function amountOf(text: string): bigint | undefined {
  return /^-?[0-9]+$/.test(text) ? BigInt(text) : undefined;
}

const MAX_STORED_JSON_BYTES = 2 ** 20;

function storedJson(text: string | undefined): unknown {
  if (text === undefined) return null;
  const parsed = parseJson(text, { maxBytes: MAX_STORED_JSON_BYTES });
  return parsed.ok ? parsed.value : text;
}

function attemptView(attempt: AttemptRecord): AttemptView {
  return {
    deployment: attempt.deployment,
    credential_owner: attempt.credentialOwner,
    credential_class: attempt.credentialClass,
    status: attempt.status ?? null,
    upstream_request_id: attempt.upstreamRequestId ?? null,
    bytes_sent: attempt.bytesSent,
    bytes_received: attempt.bytesReceived,
    started_after_ms: attempt.startedAfterMs,
    headers_after_ms: attempt.headersAfterMs ?? null,
    ended_after_ms: attempt.endedAfterMs,
    outcome: attempt.outcome,
  };
}

function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
