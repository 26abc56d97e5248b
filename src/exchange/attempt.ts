import type { GatewayError } from "../base/errors.ts";
import { firstValue } from "../base/header-list.ts";
import type { Candidate } from "../routing/route.ts";
import type { AttemptRecord } from "../store/record.ts";
import type { ResponseHead, UpstreamRequest } from "../upstream/transport/contract.ts";
import type { ActiveExchanges } from "./active.ts";
import type { HeldBody, RequestBody } from "./body.ts";
import type { ClientCall } from "./call.ts";
import type { ClientSide } from "./client-side.ts";
import { toUpstreamHeaders } from "./headers.ts";
import { Relay, type RelayOptions, type RelayResult } from "./relay.ts";

/** Everything that was tried for one exchange; the last result is the one that the client saw. */
export interface AttemptOutcome {
  readonly attempts: readonly AttemptRecord[];
  readonly last: RelayResult;
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
  readonly marks: (head: ResponseHead, candidate: Candidate) => readonly string[];
  /** The first response byte is there. */
  readonly onHead: (head: ResponseHead) => void;
}

/** The client left before anything was sent. */
const NOT_SENT: RelayResult = {
  head: undefined,
  seen: undefined,
  committed: false,
  failure: undefined,
  cut: true,
  bytesReceived: 0,
  headAtMs: undefined,
  observation: undefined,
};

/** The process is going; nothing was sent. */
function refused(error: GatewayError): RelayResult {
  return { ...NOT_SENT, failure: { error, beforeResponse: true, onReusedConnection: false } };
}

/**
 * The one attempt loop: candidates in order until one answers. A candidate is repeated once, on a fresh connection, when
 * a kept-alive one turned out to be closed before any response byte came.
 */
export async function attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
  const attempts: AttemptRecord[] = [];
  let outcome: AttemptOutcome | undefined;
  for (const candidate of plan.candidates) {
    const { cut } = plan.active;
    if (cut !== undefined) return { attempts, last: refused(cut), candidate };
    if (plan.client.gone) return { attempts, last: NOT_SENT, candidate };
    outcome = await tryCandidate(plan, candidate, attempts);
    if (outcome.last.committed || outcome.last.cut) return outcome;
  }
  if (outcome === undefined) throw new Error("a route without candidates reached the attempt loop");
  return outcome;
}

async function tryCandidate(
  plan: AttemptPlan,
  candidate: Candidate,
  attempts: AttemptRecord[],
): Promise<AttemptOutcome> {
  let last = await sendOnce(plan, candidate, false, attempts);
  const failure = last.failure;
  const repeatable =
    failure !== undefined &&
    failure.beforeResponse &&
    failure.onReusedConnection &&
    failure.error.code === "upstream_reset" &&
    plan.body.kind !== "stream" &&
    !last.cut &&
    !plan.client.gone;
  if (repeatable) last = await sendOnce(plan, candidate, true, attempts);
  return { attempts, last, candidate };
}

async function sendOnce(
  plan: AttemptPlan,
  candidate: Candidate,
  fresh: boolean,
  attempts: AttemptRecord[],
): Promise<RelayResult> {
  const { call, client, active } = plan;
  const { monotonicMs } = plan.relay;
  const startedAfterMs = monotonicMs() - call.startedMs;
  const relay = new Relay({
    ...plan.relay,
    client,
    onHead: plan.onHead,
    marks: (head) => plan.marks(head, candidate),
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

function outcomeOf(result: RelayResult, client: ClientSide): AttemptRecord["outcome"] {
  if (result.failure !== undefined) return result.failure.error.code;
  return client.gone ? "client_closed" : "ok";
}

function toUpstreamRequest(plan: AttemptPlan, candidate: Candidate): UpstreamRequest {
  const { call } = plan;
  const body = toPayload(plan.body);
  return {
    method: call.request.method ?? "GET",
    target: `${candidate.deployment.pathPrefix}${call.target}`,
    headers: toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding: plan.streamRequested,
      // A Buffer's length is its framing; a stream's has to be said, where it is known.
      contentLength: !Buffer.isBuffer(body),
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
