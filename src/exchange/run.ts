import { ERRORS, type GatewayError, gatewayError } from "../base/errors.ts";
import { allValues, firstValue } from "../base/header-list.ts";
import { readClientInfo } from "../identity/client.ts";
import { type Identity, identify } from "../identity/principal.ts";
import { ExchangeLedger, spendAccount } from "../ledger/index.ts";
import { type Candidate, route } from "../routing/route.ts";
import type { StartedRecord } from "../store/record.ts";
import { makeTap, type Tap } from "../upstream/dialects/anthropic/index.ts";
import type { ResponseHead } from "../upstream/transport/contract.ts";
import { attempt } from "./attempt.ts";
import { holdBody, type RequestBody, streamBody } from "./body.ts";
import type { ClientCall } from "./call.ts";
import { ClientSide } from "./client-side.ts";
import { type Facts, needsBody, readFacts } from "./facts.ts";
import type { ExchangeSettings, House } from "./house.ts";
import { settle } from "./settle.ts";

const RETRY_AFTER_MS = 5_000;
const MAX_PATH_LENGTH = 512;

/** One request's life: identity, facts, route, attempts, settlement, in this order. */
export async function runExchange(call: ClientCall, house: House): Promise<void> {
  const settings = house.settings();
  const client = new ClientSide(call, house.clock.monotonicMs);
  const identity = identify(call.request.rawHeaders, house.identity);
  if (!identity.ok) return refuse(house, call, client, identity.error);
  if (!house.store.accepting) return refuse(house, call, client, accountingUnavailable());

  const collected = await collectBody(call, house, settings);
  if (!collected.ok) return refuse(house, call, client, collected.error);
  const body = collected.value;
  const facts = readFacts(body);
  const { candidates, mode } = route(identity.value, house.deployment);

  const started = toStartedRecord(call, identity.value, facts, house);
  const book = started.credentialClass === "subscription" ? "subscription" : "api";
  const money = new ExchangeLedger({
    exchangeId: call.id,
    book,
    payers: [spendAccount(started.principal)],
    provider: started.provider,
  });
  const opened = await house.store.start(started);
  if (!opened.ok) {
    dropBody(body);
    return refuse(house, call, client, opened.error);
  }

  const outcome = await attempt({
    call,
    client,
    candidates,
    body,
    streamRequested: facts.stream === true,
    active: house.active,
    relay: {
      makeTap: (head) => tapFor(call, facts, head),
      readOnAfterClientGoneMs: isBilledWhole(call, facts) ? settings.abortedReadMs : 0,
      monotonicMs: house.clock.monotonicMs,
    },
    marks: (head, candidate) => marks(call, head, candidate, mode),
    onHead: (head) => {
      // What goes in front of a stream may still be on its way.
      if (body.kind === "held") body.drop();
      house.quota.observe(identity.value, head.headers);
    },
  });
  dropBody(body);
  const { last } = outcome;
  if (last.failure !== undefined && !last.committed && !client.gone) {
    client.refuse(last.failure.error, ["x-spillway-provider", started.provider]);
  }
  settle(house, { call, client, started, outcome, facts, mode, book, money, settings });
}

async function collectBody(call: ClientCall, house: House, settings: ExchangeSettings) {
  if (needsBody(call.operation, call.request.method ?? "")) {
    return await holdBody(call.request, settings.limits, house.held);
  }
  return { ok: true, value: streamBody(call.request) } as const;
}

function dropBody(body: RequestBody): void {
  if (body.kind !== "none") body.drop();
}

function refuse(house: House, call: ClientCall, client: ClientSide, error: GatewayError): void {
  house.metrics.refused({ code: error.code, source: ERRORS[error.code].source });
  house.log.refused({ id: call.id, operation: call.operation, error });
  if (!client.gone) client.refuse(error, []);
}

function accountingUnavailable(): GatewayError {
  return gatewayError(
    "accounting_unavailable",
    "Records cannot be stored at the moment, so nothing was sent",
    { retryAfterMs: RETRY_AFTER_MS },
  );
}

/** A message that is not streamed is generated, and billed, to its end whether or not anybody listens (design R15). */
function isBilledWhole(call: ClientCall, facts: Facts): boolean {
  return call.operation === "messages" && facts.stream === false;
}

function tapFor(call: ClientCall, facts: Facts, head: ResponseHead): Tap | undefined {
  if (call.operation !== "messages" && call.operation !== "count_tokens") return undefined;
  const encodings = allValues(head.headers, "content-encoding");
  return makeTap({
    contentType: firstValue(head.headers, "content-type"),
    contentEncoding: encodings.length === 0 ? undefined : encodings.join(","),
    isStream: facts.stream === true,
  });
}

function marks(call: ClientCall, head: ResponseHead, candidate: Candidate, mode: string): string[] {
  const fields = [
    "x-spillway-request-id",
    call.id,
    "x-spillway-provider",
    candidate.deployment.provider,
    "x-spillway-upstream-mode",
    mode,
  ];
  if (head.status >= 400) fields.push("x-spillway-error-source", "upstream");
  return fields;
}

function toStartedRecord(
  call: ClientCall,
  identity: Identity,
  facts: Facts,
  house: House,
): StartedRecord {
  const client = readClientInfo(call.request.rawHeaders);
  return {
    id: call.id,
    startedAt: call.startedAt,
    principal: identity.principal,
    organisation: identity.organisation,
    sessionId: client.sessionId,
    agentId: client.agentId,
    parentAgentId: client.parentAgentId,
    promptId: client.promptId,
    requestClass: client.requestClass,
    client: client.name,
    clientVersion: client.version,
    dialect: call.dialect.id,
    operation: call.operation,
    method: call.request.method ?? "",
    path: call.path.slice(0, MAX_PATH_LENGTH),
    requestedModel: facts.model,
    stream: facts.stream === true,
    credentialClass: identity.credentialClass,
    account: identity.account,
    provider: house.deployment.provider,
  };
}
