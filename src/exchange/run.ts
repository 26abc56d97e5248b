import { ERRORS, type GatewayError, gatewayError } from "../base/errors.ts";
import { allValues, firstValue } from "../base/header-list.ts";
import { fail, ok } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import { readClientInfo } from "../identity/client.ts";
import { carriesKey } from "../identity/keys/index.ts";
import { type Identity, identify } from "../identity/principal.ts";
import { repetitionsFor } from "../routing/failure/client-repeats.ts";
import type { Route } from "../routing/route.ts";
import { makeTap, type Tap } from "../upstream/dialects/anthropic/index.ts";
import type { ResponseHead } from "../upstream/transport/contract.ts";
import { answerFields, originMarks } from "./answer/answer-fields.ts";
import { ClientSide } from "./answer/client-side.ts";
import { routeMarks, routeTold } from "./answer/route-told.ts";
import { attempt } from "./attempt/attempt.ts";
import type { Attempted, AttemptOutcome, Failing } from "./attempt/attempt-plan.ts";
import { notTried } from "./attempt/not-sent.ts";
import { searchingFor } from "./attempt/searching.ts";
import { SpillWatch } from "./attempt/spill.ts";
import { Throttle } from "./attempt/throttle.ts";
import type { ClientCall } from "./call.ts";
import { leftBehind, noteWarm } from "./decision/affinity.ts";
import { policiesOf } from "./decision/constraints.ts";
import type { Decision } from "./decision/decide.ts";
import { enterKey } from "./decision/key-speed.ts";
import { noteDispatch } from "./decision/note-dispatch.ts";
import { decideByRules } from "./decision/ruling.ts";
import type { ExchangeSettings, House } from "./house.ts";
import { openMergedList } from "./models/merged-list.ts";
import { Admission } from "./money/admission.ts";
import { Purse } from "./money/purse.ts";
import { Spent } from "./money/spent.ts";
import { readAsked } from "./request/asked.ts";
import { holdBody, type RequestBody, streamBody } from "./request/body.ts";
import { type Facts, needsBody, readFacts } from "./request/facts.ts";
import { toStartedRecord } from "./request/started.ts";
import { limitedTokens } from "./request/token-estimate.ts";
import { unpackBody } from "./request/unpack.ts";
import { withDirectory } from "./request/with-directory.ts";
import { type Ending, settle } from "./settle.ts";

const RETRY_AFTER_MS = 5_000;

/** One request's life: identity, facts, policies and route, attempts, settlement, in this order. */
export async function runExchange(call: ClientCall, house: House): Promise<void> {
  const settings = house.settings();
  const client = new ClientSide(call, house.clock.monotonicMs);
  const headers = call.request.rawHeaders;
  const identified = identify(headers, house.identity);
  if (!identified.ok) return refuse(house, call, client, identified.error);
  const asked = readAsked(headers);
  if (!asked.ok) return refuse(house, call, client, asked.error);
  const turnedAway = turnAway(call, house, settings);
  if (turnedAway !== undefined) return refuse(house, call, client, turnedAway);

  const collected = await collectBody(call, house, settings);
  if (!collected.ok) return refuse(house, call, client, collected.error);
  const body = collected.value;
  const { directories } = house;
  const identity =
    directories === undefined
      ? identified.value
      : await withDirectory(identified.value, directories);
  const facts = readFacts(body, call.asked);
  const question = { call, identity, asked: asked.value, facts, body };
  const decision = decideByRules(question, house, settings);
  if (settings.dispatch !== undefined) noteDispatch(call, decision, facts, identity, house);

  const info = readClientInfo(headers);
  const { provider } = decision.deployment;
  const started = toStartedRecord(question, info, provider);
  const owner = { call, identity, facts, body, settings, sessionId: info.sessionId };
  const speed = await enterKey(owner, house);
  using share = speed.ok ? speed.value : undefined;
  const ruled = speed.ok ? decision : { ...decision, route: undefined, refusal: speed.error };
  const purse = new Purse(house, owner);
  const admission = new Admission(house.store, purse, call.id);
  const opened = await admission.begin(started, ruled.route);
  if (!opened.ok) {
    dropBody(body);
    return refuse(house, call, client, opened.error);
  }

  const spills = new SpillWatch(house, owner);
  const throttle = new Throttle(house, owner, client);
  const admitMore = async (bodyBytes: number) => {
    const admitted = await admission.admitMore(bodyBytes);
    if (admitted.ok) throttle.again();
    return admitted;
  };
  const spent = new Spent(owner, purse);
  const answering = { house, settings, owner, asked: asked.value, purse };
  const ending = await endingOf(ruled, identity, async (route) => {
    return await attempt({
      call,
      client,
      candidates: route,
      body,
      streamRequested: facts.stream === true,
      requestedModel: facts.wrapped ?? facts.model ?? "",
      provenance: house.provenance,
      foreign: house.foreign,
      learned: house.learned,
      admitMore,
      searching: searchingFor(house, question, settings, { admitMore, client }),
      list: decision.isMergedList ? openMergedList(question, house, settings) : undefined,
      active: house.active,
      relay: {
        makeTap: (head) => tapFor(call, facts, head),
        readOnAfterClientGoneMs: isBilledWhole(call, facts) ? settings.abortedReadMs : 0,
        monotonicMs: house.clock.monotonicMs,
      },
      failing: failingFor(house, settings, info.name),
      admit: (candidate) => admission.admit(candidate),
      spend: (outcome) => spent.add(outcome),
      hasRoom: (candidate) => throttle.hasRoom(candidate),
      enter: (candidate, elsewhere) => throttle.enter(candidate, elsewhere),
      fields: (head, candidate, way) => [
        ...answerFields(answering, head, candidate),
        ...routeMarks(decision, way, settings),
      ],
      onHead: (head, candidate) => {
        spills.observe(head, candidate);
        throttle.observe(head, candidate);
      },
      spills: (head) => spills.spills(head),
    });
  });
  dropBody(body);
  noteLatency(house, ending, facts);
  const { failure, committed } = ending.last;
  if (failure !== undefined && !committed && !client.gone) {
    const { turns } = ending;
    client.refuse(failure.error, [
      ...originMarks(ending.seller.provider, ending.mode, asked.value),
      ...routeMarks(decision, { turns, error: failure.error }, settings),
    ]);
  }
  const secrets = secretsOf(identity, decision);
  const { answeredBy } = ending;
  const left =
    answeredBy === undefined
      ? undefined
      : leftBehind(question, decision.route ?? [], answeredBy, house, settings);
  const notes = left === undefined ? [] : [left];
  const refusal = committed ? undefined : failure?.error;
  const pricing = { asked: facts.model ?? "", catalogue: settings.catalogue };
  const record = routeTold(decision, ending, refusal, notes, pricing);
  const policies = policiesOf(question, settings);
  const { tokens: used, bill } = settle(house, {
    call,
    client,
    started,
    ending: { ...ending, record },
    facts,
    asks: { policies: policies.ok ? policies.value : [], inferenceGeo: facts.inferenceGeo },
    purse,
    spent: spent.bills,
    settings,
    secrets,
  });
  if (answeredBy !== undefined) noteWarm(started, answeredBy, bill, house);
  const tokens = limitedTokens(used);
  throttle.settle(tokens);
  if (tokens !== undefined) share?.settle(tokens, house.clock.monotonicMs());
}

function secretsOf({ own }: Identity, { route }: Decision): readonly Secret[] {
  const stored = (route ?? []).flatMap(({ credential }) =>
    credential.kind === "stored" ? (credential.secret ?? []) : [],
  );
  return own.secret === undefined ? stored : [own.secret, ...stored];
}

/** Tries what was decided, or ends with the policy's refusal. */
async function endingOf(
  decision: Decision,
  { own }: Identity,
  tryAll: (route: Route) => Promise<Attempted>,
): Promise<Ending & Pick<Attempted, "turns" | "answer">> {
  const { route, refusal, mode, residencyAt, deployment, record } = decision;
  if (route === undefined) {
    if (refusal === undefined) throw new Error("neither a route nor a refusal");
    const book = own.class === "subscription" ? "subscription" : "api";
    return {
      attempts: [],
      last: notTried(refusal),
      mode,
      book,
      residency: residencyAt({ deployment }),
      reason: `refused: ${refusal.message}`,
      record,
      turns: [],
      answer: undefined,
      seller: deployment,
    };
  }
  const { attempts, turns, answer, last, candidate, isSpent } = await tryAll(route);
  return {
    ...(isSpent === true ? { isSpent } : {}),
    attempts,
    last,
    mode: candidate.mode,
    book: candidate.book,
    sentModel: candidate.model,
    residency: residencyAt(candidate),
    reason: candidate.reason,
    record,
    turns,
    answer,
    seller: candidate.deployment,
    answeredBy: isAnswered(last) ? candidate : undefined,
    billingOwner: candidate.credential.owner,
  };
}

function isAnswered({ head, failure }: AttemptOutcome["last"]): boolean {
  return failure === undefined && head !== undefined && head.status < 300;
}

function failingFor(house: House, settings: ExchangeSettings, client: string | undefined): Failing {
  const { holdMs, slowStartMs, waitMs, repetitions } = settings.failures;
  return {
    health: house.health,
    budget: house.retryBudget,
    patience: { repetitions: repetitions ?? repetitionsFor(client), waitMs },
    holdMs,
    slowStartMs,
    random: house.random,
    onDenied: () => house.metrics.repetitionDenied(),
  };
}

/** How long the deployment took whose answer the client has. */
function noteLatency(
  { latencies }: House,
  { attempts, seller, sentModel }: Ending,
  facts: Facts,
): void {
  const { headersAfterMs, startedAfterMs = 0, status = 0 } = attempts.at(-1) ?? {};
  const model = sentModel ?? facts.model;
  if (headersAfterMs === undefined || status >= 300 || model === undefined) return;
  latencies.note({ deployment: seller, model }, headersAfterMs - startedAfterMs);
}

/** Why a request ends before its body is read. */
function turnAway(
  call: ClientCall,
  house: House,
  settings: ExchangeSettings,
): GatewayError | undefined {
  if (carriesKey(call.target)) {
    return gatewayError(
      "key_in_url",
      "A Spillway key stands in the URL; send it in the header x-spillway-key, and rotate this one",
    );
  }
  if (settings.authRequired && call.operation === "other") {
    return gatewayError("not_found", "There is no such endpoint");
  }
  return house.store.accepting ? undefined : accountingUnavailable();
}

async function collectBody(call: ClientCall, house: House, settings: ExchangeSettings) {
  if (needsBody(call.operation, call.request.method ?? "")) {
    const body = await holdBody(call.request, settings.limits, house.held);
    if (!body.ok) return body;
    if (settings.dispatch !== undefined && body.value.kind === "stream") {
      body.value.drop();
      return fail(TOO_LARGE);
    }
    const { rawHeaders } = call.request;
    const unpacked = await unpackBody(body.value, rawHeaders, settings.limits, house.held);
    if (call.readBody === undefined || unpacked.kind === "none") return ok(unpacked);
    return reshaped(unpacked, call.readBody);
  }
  return { ok: true, value: streamBody(call.request) } as const;
}

/** A body in a cloud's shape is read whole, whoever it goes to. */
function reshaped(body: Exclude<RequestBody, { readonly kind: "none" }>, read: ReadBody) {
  if (body.kind === "held" && body.plain.ok) {
    const found = read(Buffer.concat(body.plain.value));
    if (found === undefined) return ok(body);
    if ("body" in found) {
      body.rewrite(found.body, found.fields);
      return ok(body);
    }
    body.drop();
    return fail(found);
  }
  body.drop();
  return fail(body.kind === "held" && !body.plain.ok ? body.plain.error : TOO_LARGE);
}

type ReadBody = NonNullable<ClientCall["readBody"]>;

const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body is larger than limits.body (MAX_BUFFER_BYTES), and has to be held whole to see which model it asks for",
);

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
