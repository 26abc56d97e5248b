import type { KeyObject } from "node:crypto";
import type { GatewayError } from "../base/errors.ts";
import { firstValue, type HeaderList } from "../base/header-list.ts";
import { ok, type Result } from "../base/result.ts";
import type { Candidate, CandidateCredential } from "../routing/candidate.ts";
import type { AttemptRecord } from "../store/record.ts";
import type {
  ResponseHead,
  UpstreamCall,
  UpstreamRequest,
} from "../upstream/transport/contract.ts";
import type { ActiveExchanges } from "./active.ts";
import type { HeldBody, RequestBody } from "./body.ts";
import type { ClientCall } from "./call.ts";
import type { ClientSide } from "./client-side.ts";
import { toUpstreamHeaders } from "./headers.ts";
import { type Prepared, prepareTranslation } from "./hub/prepare.ts";
import { maskHead } from "./mask-secret.ts";
import { notTried } from "./not-sent.ts";
import { type Keeping, Relay, type RelayOptions, type RelayResult } from "./relay.ts";

/** What every attempt of an exchange has in common. */
export interface Sending {
  readonly call: ClientCall;
  readonly client: ClientSide;
  readonly body: RequestBody;
  readonly streamRequested: boolean;
  readonly requestedModel: string;
  /** Marks the thinking of other providers than Anthropic. */
  readonly provenance: KeyObject;
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
  const prepared = prepare(sending, turn.candidate);
  if (!prepared.ok) return notTried(prepared.error);
  const first = await sendOnce(sending, turn, prepared.value, false);
  const { failure } = first;
  const repeatable =
    failure !== undefined &&
    failure.beforeResponse &&
    failure.onReusedConnection &&
    failure.error.code === "upstream_reset" &&
    sending.body.kind !== "stream" &&
    !first.cut &&
    !sending.client.gone;
  return repeatable ? await sendOnce(sending, turn, prepared.value, true) : first;
}

async function sendOnce(
  sending: Sending,
  turn: Turn,
  { request, translate }: Prepared,
  fresh: boolean,
): Promise<RelayResult> {
  const { call, client, active, body } = sending;
  const { candidate, attempts, keeps, onHead, fields } = turn;
  const { monotonicMs } = sending.relay;
  const startedAfterMs = monotonicMs() - call.startedMs;
  const relay = new Relay({
    ...sending.relay,
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
  const result = await relay.run((sink) => {
    let upstream: UpstreamCall | undefined;
    const read = translate(sink, () => upstream?.abort());
    upstream = transport.send(request, read, { fresh });
    return upstream;
  });
  active.remove(relay);
  const previous = attempts.at(-1);
  if (previous !== undefined) attempts[attempts.length - 1] = { ...previous, outcome: "retried" };
  attempts.push({
    deployment: `${candidate.deployment.provider} ${candidate.deployment.origin}`,
    credentialOwner: candidate.credential.owner,
    credentialClass: candidate.credential.class,
    status: result.seen?.status,
    upstreamRequestId: result.seen && firstValue(result.seen.headers, "request-id"),
    bytesSent: body.kind === "none" ? 0 : (body.lengthBytes ?? 0),
    bytesReceived: result.bytesReceived,
    startedAfterMs,
    headersAfterMs: result.headAtMs === undefined ? undefined : result.headAtMs - call.startedMs,
    endedAfterMs: monotonicMs() - call.startedMs,
    outcome: outcomeOf(result, client),
  });
  return result;
}

function withoutStoredKey(head: ResponseHead, credential: CandidateCredential): ResponseHead {
  return credential.kind === "stored" ? maskHead(head, credential.secret) : head;
}

function outcomeOf(result: RelayResult, client: ClientSide): AttemptRecord["outcome"] {
  if (result.failure !== undefined) return result.failure.error.code;
  return client.gone ? "client_closed" : "ok";
}

/** The client's own bytes where the upstream speaks its dialect, a translation where it does not. */
function prepare(sending: Sending, candidate: Candidate): Result<Prepared, GatewayError> {
  if (candidate.deployment.foreign !== undefined) {
    return prepareTranslation({ ...sending, isStream: sending.streamRequested }, candidate);
  }
  return ok({ request: toUpstreamRequest(sending, candidate), translate: (inner) => inner });
}

function toUpstreamRequest(
  { call, body, streamRequested }: Sending,
  { deployment, credential }: Candidate,
): UpstreamRequest {
  const payload = toPayload(body);
  return {
    method: call.request.method ?? "GET",
    target: `${deployment.pathPrefix}${call.target}`,
    headers: toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding: streamRequested,
      // A Buffer's length is its framing; a stream's has to be said, where it is known.
      contentLength: !Buffer.isBuffer(payload),
      storedKey: credential.kind === "stored" ? credential.secret : undefined,
    }),
    body: payload,
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
