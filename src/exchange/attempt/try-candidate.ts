import type { HeaderList } from "../../base/header-list.ts";
import type { Candidate, CandidateCredential } from "../../routing/candidate.ts";
import type { AttemptRecord } from "../../store/record.ts";
import type { ResponseHead } from "../../upstream/transport/contract.ts";
import type { ActiveExchanges } from "../active.ts";
import type { ClientSide } from "../answer/client-side.ts";
import { maskHead } from "../answer/mask-secret.ts";
import { Relay } from "../answer/relay.ts";
import type { Keeping, Patience, RelayOptions, RelayResult } from "../answer/relay-contract.ts";
import type { LoggedCall } from "../hub/call-log.ts";
import type { LocalAnswer, Prepared, SeveralCalls } from "../hub/prepare.ts";
import { NOT_SENT, notTried } from "./not-sent.ts";
import { type Preparing, prepareAttempt } from "./prepare-attempt.ts";
import { senderTo } from "./sender.ts";
import { upstreamIdOf } from "./upstream-id.ts";

/** What every attempt of an exchange has in common. */
export interface Sending extends Preparing {
  readonly client: ClientSide;
  readonly active: ActiveExchanges;
  readonly relay: Pick<RelayOptions, "makeTap" | "readOnAfterClientGoneMs" | "monotonicMs">;
}

/** What depends on the candidate and on what came before it. */
export interface Turn {
  readonly candidate: Candidate;
  /** Each attempt is added at its end. */
  readonly attempts: AttemptRecord[];
  /** What is said of the attempt before it, which was then not the last. */
  readonly after: "retried" | "failed_over";
  readonly keeps: (head: ResponseHead) => Keeping;
  /** Undefined: nobody else is left, and nothing is held. */
  readonly patience: Omit<Patience, "firstContent"> | undefined;
  readonly onHead: (head: ResponseHead) => void;
  /** Something of the answer goes to the client. */
  readonly onCommit: (head: ResponseHead) => void;
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
  return repeatable ? await prepareAndSend(sending, { ...turn, after: "retried" }, true) : first;
}

/** Anew for each repetition, for a body that was yielded in parts is used up. */
async function prepareAndSend(sending: Sending, turn: Turn, fresh: boolean): Promise<RelayResult> {
  const prepared = await prepareAttempt(sending, turn.candidate);
  if (!prepared.ok) return notTried(prepared.error);
  if ("answer" in prepared.value) return answerHere(sending, turn, prepared.value);
  return await sendOnce(sending, turn, prepared.value, fresh);
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
  { open, makeTap, firstContent = () => undefined, several }: Prepared,
  fresh: boolean,
): Promise<RelayResult> {
  const { call, client, active, body } = sending;
  const { candidate, attempts, keeps, onHead, fields, patience } = turn;
  const { monotonicMs } = sending.relay;
  const startedAfterMs = monotonicMs() - call.startedMs;
  const relay = new Relay({
    ...sending.relay,
    ...(makeTap === undefined ? {} : { makeTap }),
    client,
    received: (head) => withoutStoredKey(head, candidate.credential),
    onHead,
    keeps,
    ...(patience === undefined ? {} : { patience: { ...patience, firstContent } }),
    onCommit: (head) => {
      // What goes in front of a stream may still be on its way.
      if (body.kind === "held") body.drop();
      turn.onCommit(head);
    },
    fields,
  });
  active.add(relay);
  const send = senderTo(candidate, sending.requestedModel);
  const relayed = await relay.run((sink) =>
    open(sink, (request, read, again = fresh) => send(request, read, again)),
  );
  active.remove(relay);
  const result = several === undefined ? relayed : withCalls(relayed, several);
  const previous = attempts.at(-1);
  if (previous !== undefined) attempts[attempts.length - 1] = superseded(previous, turn.after);
  const last: AttemptRecord = {
    deployment: `${candidate.deployment.provider} ${candidate.deployment.origin}`,
    credentialOwner: candidate.credential.owner,
    credentialClass: candidate.credential.class,
    status: result.seen?.status,
    upstreamRequestId: idOf(result, call.id),
    bytesSent: body.kind === "none" ? 0 : (body.lengthBytes ?? 0),
    bytesReceived: result.bytesReceived,
    startedAfterMs,
    headersAfterMs: result.headAtMs === undefined ? undefined : result.headAtMs - call.startedMs,
    endedAfterMs: monotonicMs() - call.startedMs,
    outcome: outcomeOf(result, client),
  };
  const calls = several?.calls() ?? [];
  if (calls.length < 2) attempts.push(last);
  else
    attempts.push(
      ...calls.map((logged) => ofCall(logged, last, call.startedMs, logged === calls.at(-1))),
    );
  return result;
}

/** Of an attempt that came to no answer at all it is said why, and the next one tells that it was not the last. */
function superseded(previous: AttemptRecord, after: Turn["after"]): AttemptRecord {
  if (after === "failed_over" && previous.outcome !== "ok") return previous;
  return { ...previous, outcome: after };
}

/** Each of the upstream calls that an answer took is an attempt; only the last one may have failed. */
function ofCall(
  { startedAtMs, headAtMs, endedAtMs, isRepeated, ...seen }: LoggedCall,
  last: AttemptRecord,
  sinceMs: number,
  isLast: boolean,
): AttemptRecord {
  const earlier = isRepeated ? "retried" : "ok";
  return {
    ...last,
    ...seen,
    startedAfterMs: startedAtMs - sinceMs,
    headersAfterMs: headAtMs === undefined ? undefined : headAtMs - sinceMs,
    endedAfterMs: endedAtMs === undefined ? last.endedAfterMs : endedAtMs - sinceMs,
    outcome: isLast ? last.outcome : earlier,
  };
}

/** What the earlier calls of an answer used is known, also where nothing of it was shown. */
function withCalls(
  result: RelayResult,
  { calls, observation, account }: SeveralCalls,
): RelayResult {
  const seen = observation();
  const isSeen = calls().length > 1 || seen.usage !== undefined;
  return {
    ...result,
    observation: result.observation ?? (isSeen ? seen : undefined),
    account: account(),
  };
}

function withoutStoredKey(head: ResponseHead, credential: CandidateCredential): ResponseHead {
  const secret = credential.kind === "stored" ? credential.secret : undefined;
  return secret === undefined ? head : maskHead(head, secret);
}

/** What we wrote into a translated answer is not the upstream's. */
function idOf({ seen }: RelayResult, ownId: string): string | undefined {
  const found = seen && (seen.upstreamId ?? upstreamIdOf(seen.headers));
  return found === ownId ? undefined : found;
}

function outcomeOf(result: RelayResult, client: ClientSide): AttemptRecord["outcome"] {
  if (result.failure !== undefined) return result.failure.error.code;
  return client.gone ? "client_closed" : "ok";
}
