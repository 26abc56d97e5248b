import type { GatewayError } from "../base/errors.ts";
import { firstValue, type HeaderList } from "../base/header-list.ts";
import type { Result } from "../base/result.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { AttemptRecord } from "../store/record.ts";
import type { ResponseHead, UpstreamRequest } from "../upstream/transport/contract.ts";
import type { ActiveExchanges } from "./active.ts";
import type { HeldBody, RequestBody } from "./body.ts";
import type { ClientCall } from "./call.ts";
import type { ClientSide } from "./client-side.ts";
import { toUpstreamHeaders } from "./headers.ts";
import { type KeptAnswer, Relay, type RelayOptions, type RelayResult } from "./relay.ts";

/** Everything that was tried for one exchange; the last result is the one that the client saw. */
export interface AttemptOutcome {
  readonly attempts: readonly AttemptRecord[];
  readonly last: RelayResult;
  /** Whose answer, or refusal, it is. */
  readonly candidate: Candidate;
}

/** What an attempt sends and where its answer goes. */
export interface AttemptPlan {
  readonly call: ClientCall;
  readonly client: ClientSide;
  readonly candidates: readonly Candidate[];
  readonly body: RequestBody;
  readonly streamRequested: boolean;
  readonly active: ActiveExchanges;
  readonly relay: Pick<RelayOptions, "makeTap" | "readOnAfterClientGoneMs" | "monotonicMs">;
  /** Puts money aside for a candidate, durably; nothing is sent for one that is not admitted. */
  readonly admit: (candidate: Candidate) => Promise<Result<void, GatewayError>>;
  /** The response's fields as the client gets them. */
  readonly fields: (head: ResponseHead, candidate: Candidate) => HeaderList;
  /** The first response byte of a candidate is there. */
  readonly onHead: (head: ResponseHead, candidate: Candidate) => void;
  /** True for a session's answer that another candidate may better. */
  readonly spills: (head: ResponseHead) => boolean;
  /** The session was full and its overflow is being tried. */
  readonly onSpill: (candidate: Candidate) => void;
}

/** Nothing was sent. */
const NOT_SENT: RelayResult = {
  head: undefined,
  seen: undefined,
  committed: false,
  failure: undefined,
  kept: undefined,
  cut: true,
  bytesReceived: 0,
  headAtMs: undefined,
  observation: undefined,
};

/** How an exchange ends for which no candidate was tried. */
export function notTried(error: GatewayError): RelayResult {
  const failure = { error, beforeResponse: true, onReusedConnection: false };
  return { ...NOT_SENT, cut: false, failure };
}

/** What the loop knows after the candidates so far. */
interface Progress {
  readonly attempts: AttemptRecord[];
  /** The session's 429, kept back, and how that attempt ended. */
  session?: { readonly answer: KeptAnswer; readonly outcome: AttemptOutcome };
  refused?: { readonly error: GatewayError; readonly candidate: Candidate };
  last?: AttemptOutcome;
}

/** The one attempt loop: candidates in order until one has an answer to show (design R5, R16). */
export async function attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
  const progress: Progress = { attempts: [] };
  for (const candidate of plan.candidates) {
    if (!isDue(candidate, progress)) continue;
    const stopped = whyStopped(plan, progress, candidate);
    if (stopped !== undefined) return stopped;
    const admitted = await plan.admit(candidate);
    if (!admitted.ok) {
      progress.refused = { error: admitted.error, candidate };
      continue;
    }
    const gone = whyStopped(plan, progress, candidate);
    if (gone !== undefined) return gone;
    if (candidate.mode === "byok-overflow") plan.onSpill(candidate);
    const outcome = await tryCandidate(plan, candidate, progress);
    progress.last = outcome;
    if (outcome.last.committed || outcome.last.cut) return outcome;
    const { kept } = outcome.last;
    if (kept !== undefined && candidate.credential.kind === "own") {
      progress.session = { answer: kept, outcome };
    }
  }
  return conclude(plan, progress);
}

function isDue({ tryIf }: Candidate, { session, refused, last }: Progress): boolean {
  if (tryIf === "session_full") return session !== undefined;
  return tryIf === "always" || refused !== undefined || last?.last.kept !== undefined;
}

/** The client left, or the process is going, while nothing of an answer was shown. */
function whyStopped(
  { active, client }: AttemptPlan,
  { attempts, last }: Progress,
  candidate: Candidate,
): AttemptOutcome | undefined {
  const { cut } = active;
  // What the session answered stays known: a 429 is not billed.
  const seen = last?.last.seen;
  if (cut !== undefined)
    return { attempts, last: { ...notTried(cut), seen, cut: true }, candidate };
  return client.gone ? { attempts, last: { ...NOT_SENT, seen }, candidate } : undefined;
}

/** Nothing was shown yet: the refusal, or the session's own answer, or what went wrong at last. */
function conclude(plan: AttemptPlan, progress: Progress): AttemptOutcome {
  const { attempts, session, refused, last } = progress;
  if (refused !== undefined && last?.last.failure === undefined) {
    const result = { ...notTried(refused.error), seen: last?.last.seen };
    return { attempts, last: result, candidate: refused.candidate };
  }
  if (session !== undefined && last?.last.failure === undefined) return showSession(plan, session);
  if (last === undefined) throw new Error("a route without candidates reached the attempt loop");
  return last;
}

/** The stored key was no good, so the client sees what it would have seen without one (design R16). */
function showSession(
  { client, fields }: AttemptPlan,
  { answer, outcome }: NonNullable<Progress["session"]>,
): AttemptOutcome {
  const marked = [...fields(answer.head, outcome.candidate), "x-spillway-overflow", "failed"];
  const shown = !client.gone && client.writeHead(answer.head, marked);
  if (shown) {
    client.write(answer.body);
    client.end(() => {});
  }
  return { ...outcome, last: { ...outcome.last, head: answer.head, committed: shown } };
}

async function tryCandidate(
  plan: AttemptPlan,
  candidate: Candidate,
  progress: Progress,
): Promise<AttemptOutcome> {
  let last = await sendOnce(plan, candidate, false, progress);
  const failure = last.failure;
  const repeatable =
    failure !== undefined &&
    failure.beforeResponse &&
    failure.onReusedConnection &&
    failure.error.code === "upstream_reset" &&
    plan.body.kind !== "stream" &&
    !last.cut &&
    !plan.client.gone;
  if (repeatable) last = await sendOnce(plan, candidate, true, progress);
  return { attempts: progress.attempts, last, candidate };
}

async function sendOnce(
  plan: AttemptPlan,
  candidate: Candidate,
  fresh: boolean,
  progress: Progress,
): Promise<RelayResult> {
  const { call, client, active } = plan;
  const { attempts } = progress;
  const { monotonicMs } = plan.relay;
  const startedAfterMs = monotonicMs() - call.startedMs;
  const relay = new Relay({
    ...plan.relay,
    client,
    onHead: (head) => plan.onHead(head, candidate),
    keeps: (head) => keepsBack(plan, progress, candidate, head),
    onCommit: () => {
      // What goes in front of a stream may still be on its way.
      if (plan.body.kind === "held") plan.body.drop();
    },
    fields: (head) => plan.fields(head, candidate),
  });
  active.add(relay);
  const request = toUpstreamRequest(plan, candidate);
  const result = await relay.run((sink) =>
    candidate.deployment.transport.send(request, sink, { fresh }),
  );
  active.remove(relay);
  const previous = attempts.at(-1);
  if (previous !== undefined) attempts[attempts.length - 1] = { ...previous, outcome: "retried" };
  attempts.push({
    deployment: `${candidate.deployment.provider} ${candidate.deployment.origin}`,
    credentialOwner: candidate.credential.owner,
    credentialClass: candidate.credential.class,
    status: result.seen?.status,
    upstreamRequestId: result.seen && firstValue(result.seen.headers, "request-id"),
    bytesSent: plan.body.kind === "none" ? 0 : (plan.body.lengthBytes ?? 0),
    bytesReceived: result.bytesReceived,
    startedAfterMs,
    headersAfterMs: result.headAtMs === undefined ? undefined : result.headAtMs - call.startedMs,
    endedAfterMs: monotonicMs() - call.startedMs,
    outcome: outcomeOf(result, client),
  });
  return result;
}

const REFUSED_CREDENTIAL: ReadonlySet<number> = new Set([401, 403]);

/** A session's 429 waits for its overflow, and the overflow's refused credential gives way to the session's answer. */
function keepsBack(
  { candidates, spills }: AttemptPlan,
  { refused }: Progress,
  { credential, mode }: Candidate,
  head: ResponseHead,
): boolean {
  if (credential.kind === "stored") {
    return mode === "byok-overflow" && REFUSED_CREDENTIAL.has(head.status);
  }
  const hasOverflow = candidates.some(({ tryIf }) => tryIf === "session_full");
  return (hasOverflow || refused !== undefined) && spills(head);
}

function outcomeOf(result: RelayResult, client: ClientSide): AttemptRecord["outcome"] {
  if (result.failure !== undefined) return result.failure.error.code;
  return client.gone ? "client_closed" : "ok";
}

function toUpstreamRequest(plan: AttemptPlan, candidate: Candidate): UpstreamRequest {
  const { call } = plan;
  const { credential } = candidate;
  const body = toPayload(plan.body);
  return {
    method: call.request.method ?? "GET",
    target: `${candidate.deployment.pathPrefix}${call.target}`,
    headers: toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding: plan.streamRequested,
      // A Buffer's length is its framing; a stream's has to be said, where it is known.
      contentLength: !Buffer.isBuffer(body),
      storedKey: credential.kind === "stored" ? credential.secret : undefined,
    }),
    body,
  };
}

/** The HTTP client keeps a Buffer for as long as the answer lasts, but lets go of what a stream has yielded. */
const KEPT_BODY_BYTES = 8 * 1024;

function toPayload(body: RequestBody): UpstreamRequest["body"] {
  switch (body.kind) {
    case "none":
      return undefined;
    case "held": {
      const [only] = body.parts;
      const isSmall = body.parts.length === 1 && body.lengthBytes <= KEPT_BODY_BYTES;
      return isSmall ? only : yieldParts(body);
    }
    case "stream":
      return body.open();
    default:
      return body satisfies never;
  }
}

async function* yieldParts(body: HeldBody): AsyncGenerator<Buffer> {
  yield* body.parts;
}
