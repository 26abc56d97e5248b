import type { KeyObject } from "node:crypto";
import type { GatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import { ok, type Result } from "../base/result.ts";
import { ANTHROPIC } from "../canonical/index.ts";
import type { Candidate, CandidateCredential } from "../routing/candidate.ts";
import type { AttemptRecord } from "../store/record.ts";
import type { BoundDialect } from "../upstream/dialects/bind.ts";
import { DialectTap } from "../upstream/dialects/dialect-tap.ts";
import { EmbeddingsTap } from "../upstream/dialects/embeddings-tap.ts";
import type { ResponseHead, UpstreamRequest } from "../upstream/transport/contract.ts";
import type { ActiveExchanges } from "./active.ts";
import type { RequestBody } from "./body.ts";
import type { ClientCall } from "./call.ts";
import type { ClientSide } from "./client-side.ts";
import { insteadOfCaller } from "./credential-fields.ts";
import type { ForeignProofs } from "./foreign-proofs.ts";
import { toUpstreamHeaders } from "./headers.ts";
import { isEventStream } from "./hub/answer.ts";
import {
  type LocalAnswer,
  type Prepared,
  prepareTranslation,
  type SearchedAnswer,
} from "./hub/prepare.ts";
import { prepareCount, prepareOwnCount } from "./hub/prepare-count.ts";
import type { LoggedCall } from "./hub/search/call-log.ts";
import type { Searching } from "./hub/search/loop.ts";
import { maskHead } from "./mask-secret.ts";
import type { MergedList } from "./models/merged-list.ts";
import { prepareList } from "./models/prepare-list.ts";
import { NOT_SENT, notTried } from "./not-sent.ts";
import { toPayload } from "./payload.ts";
import { type Keeping, Relay, type RelayOptions, type RelayResult } from "./relay.ts";
import { RenamedAnswer } from "./renamed-answer.ts";
import { upstreamIdOf } from "./upstream-id.ts";

/** What every attempt of an exchange has in common. */
export interface Sending {
  readonly call: ClientCall;
  readonly client: ClientSide;
  readonly body: RequestBody;
  readonly streamRequested: boolean;
  readonly requestedModel: string;
  /** Marks the thinking of other providers than Anthropic. */
  readonly provenance: KeyObject;
  readonly foreign: ForeignProofs;
  /** Undefined: no search is configured. */
  readonly searching: Searching | undefined;
  /** Undefined: no list of models is made here. */
  readonly list: MergedList | undefined;
  readonly active: ActiveExchanges;
  readonly relay: Pick<RelayOptions, "makeTap" | "readOnAfterClientGoneMs" | "monotonicMs">;
}

/** What depends on the candidate and on what came before it. */
export interface Turn {
  readonly candidate: Candidate;
  /** Each attempt is added at its end; the one before it was then not the last. */
  readonly attempts: AttemptRecord[];
  readonly keeps: (head: ResponseHead) => Keeping;
  readonly onHead: (head: ResponseHead) => void;
  /** The response's fields as the client gets them. */
  readonly fields: (head: ResponseHead) => HeaderList;
}

/**
 * Sends a request to one candidate. It is repeated once, on a fresh connection, when a kept-alive one turned out to be
 * closed before any response byte came.
 */
export async function tryCandidate(sending: Sending, turn: Turn): Promise<RelayResult> {
  const first = await prepareAndSend(sending, turn, false);
  const { failure } = first;
  const repeatable =
    failure !== undefined &&
    failure.beforeResponse &&
    failure.onReusedConnection &&
    failure.error.code === "upstream_reset" &&
    sending.body.kind !== "stream" &&
    !first.cut &&
    !sending.client.gone;
  return repeatable ? await prepareAndSend(sending, turn, true) : first;
}

/** Anew for each repetition, for a body that was yielded in parts is used up. */
async function prepareAndSend(sending: Sending, turn: Turn, fresh: boolean): Promise<RelayResult> {
  const prepared = await prepareFor(sending, turn.candidate);
  if (!prepared.ok) return notTried(prepared.error);
  if ("answer" in prepared.value) return answerHere(sending, turn, prepared.value);
  return await sendOnce(sending, turn, prepared.value, fresh);
}

/** Only a list may have to be waited for. */
function prepareFor(
  sending: Sending,
  candidate: Candidate,
): ReturnType<typeof prepare> | ReturnType<typeof prepareList> {
  const { list, call } = sending;
  return list === undefined ? prepare(sending, candidate) : prepareList(list, call, candidate);
}

/** Nothing is sent, so there is no attempt to speak of. */
function answerHere(
  { client }: Sending,
  { fields }: Turn,
  { answer: { head, body } }: LocalAnswer,
): RelayResult {
  if (client.gone || !client.writeHead(head, fields(head))) return NOT_SENT;
  client.write(body);
  client.end(() => {});
  return { ...NOT_SENT, head, committed: true, cut: false };
}

async function sendOnce(
  sending: Sending,
  turn: Turn,
  { open, makeTap, searched }: Prepared,
  fresh: boolean,
): Promise<RelayResult> {
  const { call, client, active, body } = sending;
  const { candidate, attempts, keeps, onHead, fields } = turn;
  const { monotonicMs } = sending.relay;
  const startedAfterMs = monotonicMs() - call.startedMs;
  const relay = new Relay({
    ...sending.relay,
    ...(makeTap === undefined ? {} : { makeTap }),
    client,
    received: (head) => withoutStoredKey(head, candidate.credential),
    onHead,
    keeps,
    onCommit: () => {
      // What goes in front of a stream may still be on its way.
      if (body.kind === "held") body.drop();
    },
    fields,
  });
  active.add(relay);
  const { transport } = candidate.deployment;
  const relayed = await relay.run((sink) =>
    open(sink, (request, read, again = fresh) => transport.send(request, read, { fresh: again })),
  );
  active.remove(relay);
  const result = searched === undefined ? relayed : withSearches(relayed, searched);
  const previous = attempts.at(-1);
  if (previous !== undefined) attempts[attempts.length - 1] = { ...previous, outcome: "retried" };
  const last: AttemptRecord = {
    deployment: `${candidate.deployment.provider} ${candidate.deployment.origin}`,
    credentialOwner: candidate.credential.owner,
    credentialClass: candidate.credential.class,
    status: result.seen?.status,
    upstreamRequestId: result.seen && (result.seen.upstreamId ?? upstreamIdOf(result.seen.headers)),
    bytesSent: body.kind === "none" ? 0 : (body.lengthBytes ?? 0),
    bytesReceived: result.bytesReceived,
    startedAfterMs,
    headersAfterMs: result.headAtMs === undefined ? undefined : result.headAtMs - call.startedMs,
    endedAfterMs: monotonicMs() - call.startedMs,
    outcome: outcomeOf(result, client),
  };
  const calls = searched?.calls() ?? [];
  if (calls.length < 2) attempts.push(last);
  else
    attempts.push(
      ...calls.map((logged) => ofCall(logged, last, call.startedMs, logged === calls.at(-1))),
    );
  return result;
}

/** Each of the upstream calls that an answer with searches took is an attempt; only the last one may have failed. */
function ofCall(
  { startedAtMs, headAtMs, endedAtMs, ...seen }: LoggedCall,
  last: AttemptRecord,
  sinceMs: number,
  isLast: boolean,
): AttemptRecord {
  return {
    ...last,
    ...seen,
    startedAfterMs: startedAtMs - sinceMs,
    headersAfterMs: headAtMs === undefined ? undefined : headAtMs - sinceMs,
    endedAfterMs: endedAtMs === undefined ? last.endedAfterMs : endedAtMs - sinceMs,
    outcome: isLast ? last.outcome : "ok",
  };
}

/** What the earlier calls of an answer used is known, also where nothing of it was shown. */
function withSearches(
  result: RelayResult,
  { calls, observation, account }: SearchedAnswer,
): RelayResult {
  const isBegun = calls().length > 1;
  return {
    ...result,
    observation: result.observation ?? (isBegun ? observation() : undefined),
    searches: account(),
  };
}

function withoutStoredKey(head: ResponseHead, credential: CandidateCredential): ResponseHead {
  return credential.kind === "stored" ? maskHead(head, credential.secret) : head;
}

function outcomeOf(result: RelayResult, client: ClientSide): AttemptRecord["outcome"] {
  if (result.failure !== undefined) return result.failure.error.code;
  return client.gone ? "client_closed" : "ok";
}

/** The client's own bytes where the upstream speaks its dialect, a translation where it does not. */
function prepare(
  sending: Sending,
  candidate: Candidate,
): Result<Prepared | LocalAnswer, GatewayError> {
  const { call, streamRequested } = sending;
  const { deployment, model } = candidate;
  const dialect = deployment.dialectFor(model ?? sending.requestedModel);
  if (call.operation === "messages" && dialect.id !== call.dialect.id) {
    return prepareTranslation({ ...sending, isStream: streamRequested }, candidate);
  }
  const isCount = call.operation === "count_tokens";
  if (isCount && !takesCount(dialect, sending, candidate)) {
    return prepareCount({ ...sending, isStream: false }, candidate);
  }
  const mayNotCount = isCount && candidate.countsByBytes === true;
  const makeTap = tapOf(dialect, sending, candidate);
  const isRead = makeTap !== undefined && dialect.id !== ANTHROPIC;
  const request = toUpstreamRequest(sending, candidate, {
    under: dialect.under ?? "",
    identityEncoding: streamRequested || isRead || mayNotCount,
  });
  if (mayNotCount) {
    return ok(prepareOwnCount({ ...sending, isStream: false }, candidate, request));
  }
  const isRenamed = model !== undefined && dialect.id === ANTHROPIC && !candidate.namesItself;
  if (isRenamed && call.operation === "messages") return ok(renamed(request, sending, makeTap));
  return ok({ open: (inner, send) => send(request, inner), makeTap });
}

function renamed(
  request: UpstreamRequest,
  { requestedModel, relay }: Sending,
  makeTap: Prepared["makeTap"] = relay.makeTap,
): Prepared {
  let answer: RenamedAnswer | undefined;
  return {
    open: (inner, send) => {
      answer = new RenamedAnswer(inner, requestedModel, makeTap);
      return send(request, answer);
    },
    makeTap: (head) => answer?.openTap(head),
  };
}

/** Other servers that speak Anthropic's dialect may not count, and are asked in a way that has an answer all the same. */
function takesCount({ id }: BoundDialect, { call }: Sending, candidate: Candidate): boolean {
  const { model, countsByBytes } = candidate;
  return (
    id === call.dialect.id && (id !== ANTHROPIC || model === undefined || countsByBytes === true)
  );
}

/** Answers in Anthropic's dialect have a tap that reads them in place, packed or not; others are read as a translation would. */
function tapOf(
  dialect: BoundDialect,
  { call: { operation }, requestedModel, relay, foreign }: Sending,
  { deployment, model = requestedModel }: Candidate,
): Prepared["makeTap"] {
  if (operation === "embeddings") return () => new EmbeddingsTap();
  if (operation !== "messages") return undefined;
  if (dialect.id !== ANTHROPIC) return (head) => new DialectTap(dialect, isEventStream(head));
  // Whoever serves them, Anthropic's models take each other's thinking.
  if (deployment.provider === ANTHROPIC || model.includes("claude")) return undefined;
  return (head) => {
    const tap = relay.makeTap(head);
    return tap === undefined ? undefined : foreign.watch(tap);
  };
}

function toUpstreamRequest(
  sending: Sending,
  candidate: Candidate,
  { under, identityEncoding }: { readonly under: string; readonly identityEncoding: boolean },
): UpstreamRequest {
  const { call } = sending;
  const { deployment, model } = candidate;
  const { body, isRewritten } = toPayload(sending.body, {
    model,
    cutsSealed: call.dialect.id === ANTHROPIC,
    foreign: deployment.provider === ANTHROPIC ? sending.foreign : undefined,
  });
  return {
    method: call.request.method ?? "GET",
    target: `${deployment.pathPrefix}${under}${call.targetFor(model ?? sending.requestedModel)}`,
    headers: toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding,
      // A Buffer's length is its framing; a stream's has to be said, where it is known.
      contentLength: !Buffer.isBuffer(body),
      contentEncoding: !isRewritten,
      withoutBeta: deployment.provider === ANTHROPIC ? undefined : ONE_MILLION_BETA,
      instead: insteadOfCaller(candidate),
    }),
    body,
  };
}

/** The context window is the model's own elsewhere, and servers refuse betas that they do not know (req:C-13). */
const ONE_MILLION_BETA = "context-1m-2025-08-07";
