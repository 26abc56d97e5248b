import type { KeyObject } from "node:crypto";
import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { BoundDialect } from "../../upstream/dialects/bind.ts";
import { DialectTap } from "../../upstream/dialects/dialect-tap.ts";
import { EmbeddingsTap } from "../../upstream/dialects/embeddings-tap.ts";
import type {
  ResponseHead,
  ResponseSink,
  Send,
  UpstreamRequest,
} from "../../upstream/transport/contract.ts";
import { firstContentOf } from "../answer/first-content.ts";
import { pinged } from "../answer/pinged-answer.ts";
import type { RelayOptions } from "../answer/relay-contract.ts";
import { RenamedAnswer } from "../answer/renamed-answer.ts";
import { type LeftOut, NOTHING_LEFT_OUT } from "../betas/left-out.ts";
import { type WithoutBetas, withoutBetas } from "../betas/refusable.ts";
import type { ClientCall } from "../call.ts";
import { toUpstreamHeaders } from "../headers.ts";
import type { LearnedRefusals } from "../hub/amend/learned-refusals.ts";
import { isEventStream } from "../hub/answer-reader.ts";
import { type LocalAnswer, type Prepared, prepareTranslation } from "../hub/prepare.ts";
import { prepareCount, prepareOwnCount } from "../hub/prepare-count.ts";
import type { Searching } from "../hub/search/loop.ts";
import type { MergedList } from "../models/merged-list.ts";
import { prepareList } from "../models/prepare-list.ts";
import type { RequestBody } from "../request/body.ts";
import { credentialFields, insteadOfCaller } from "./credential-fields.ts";
import type { ForeignProofs } from "./foreign-proofs.ts";
import { toPayload } from "./payload.ts";

/** What is to be sent, whoever it is sent to. */
export interface Preparing {
  readonly call: ClientCall;
  readonly body: RequestBody;
  readonly streamRequested: boolean;
  readonly requestedModel: string;
  /** Marks the thinking of other providers than Anthropic. */
  readonly provenance: KeyObject;
  readonly foreign: ForeignProofs;
  readonly learned: LearnedRefusals;
  /** Puts money aside, durably, for one more request of so many bytes. */
  readonly admitMore: (bodyBytes: number) => Promise<Result<void, GatewayError>>;
  /** Undefined: no search is configured. */
  readonly searching: Searching | undefined;
  /** Undefined: no list of models is made here. */
  readonly list: MergedList | undefined;
  readonly relay: Pick<RelayOptions, "makeTap" | "monotonicMs">;
}

/** Makes what one candidate gets, or the answer for which nobody is asked. Only a list may have to be waited for. */
export function prepareAttempt(
  preparing: Preparing,
  candidate: Candidate,
): ReturnType<typeof prepare> | ReturnType<typeof prepareList> {
  const { list, call } = preparing;
  return list === undefined ? prepare(preparing, candidate) : prepareList(list, call, candidate);
}

/** The client's own bytes where the upstream speaks its dialect, a translation where it does not. */
function prepare(
  preparing: Preparing,
  candidate: Candidate,
): Result<Prepared | LocalAnswer, GatewayError> {
  const { call, streamRequested } = preparing;
  const { deployment, model } = candidate;
  const dialect = deployment.dialectFor(model ?? preparing.requestedModel);
  if (call.operation === "messages" && dialect.id !== call.dialect.id) {
    const { monotonicMs } = preparing.relay;
    return prepareTranslation({ ...preparing, isStream: streamRequested, monotonicMs }, candidate);
  }
  const unreadable = whyNotCarried(dialect, preparing, candidate);
  if (unreadable !== undefined) return fail(unreadable);
  const isCount = call.operation === "count_tokens";
  if (isCount && !takesCount(dialect, preparing, candidate)) {
    return prepareCount({ ...preparing, isStream: false }, candidate);
  }
  const mayNotCount = isCount && candidate.countsByBytes === true;
  const makeTap = tapOf(dialect, preparing, candidate);
  const isRead = makeTap !== undefined && dialect.id !== ANTHROPIC;
  const wire = {
    under: dialect.under ?? "",
    identityEncoding:
      streamRequested ||
      isRead ||
      mayNotCount ||
      dialect.shape !== undefined ||
      call.dialect.frames !== undefined,
    isShaped: dialect.shape !== undefined,
  };
  const write = (leftOut: LeftOut) => toUpstreamRequest(preparing, candidate, wire, leftOut);
  const { monotonicMs } = preparing.relay;
  const others = withoutBetas({ ...preparing, monotonicMs }, candidate, dialect, write);
  const request = others?.request ?? write(NOTHING_LEFT_OUT);
  if (mayNotCount) {
    return ok(prepareOwnCount({ ...preparing, isStream: false }, candidate, request));
  }
  // Who asks by the upstream's own name gets its answer as it is.
  const isOtherName = model !== undefined && model !== preparing.requestedModel;
  const isRenamed = isOtherName && dialect.id === ANTHROPIC && !candidate.namesItself;
  const isMessages = call.operation === "messages";
  const firstContent = isMessages
    ? (head: ResponseHead) => firstContentOf(dialect, head)
    : undefined;
  const prepared =
    isRenamed && isMessages
      ? renamed(request, preparing, makeTap)
      : { open: (inner: ResponseSink, send: Send) => send(request, inner), makeTap };
  // A cloud that has frames of its own says nothing while a model thinks.
  const { fromCloud, hasPings = false } = dialect.shape ?? {};
  const isSilent = fromCloud !== undefined && !hasPings && streamRequested;
  const tried = others === undefined ? prepared : { ...prepared, ...repeatable(prepared, others) };
  const spoken = isSilent ? pinged(tried, call.dialect.canonical.ping) : tried;
  return ok({ ...spoken, firstContent });
}

function repeatable({ open }: Prepared, { through, several }: WithoutBetas) {
  return { several, open: (inner: ResponseSink, send: Send) => open(inner, through(send)) };
}

function renamed(
  request: UpstreamRequest,
  { requestedModel, relay }: Preparing,
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
function takesCount({ id }: BoundDialect, { call }: Preparing, candidate: Candidate): boolean {
  const { deployment, model, countsByBytes } = candidate;
  if (id !== call.dialect.id) return false;
  const isOwn = deployment.provider === ANTHROPIC || model === undefined;
  return id !== ANTHROPIC || isOwn || countsByBytes === true;
}

/** Answers in Anthropic's dialect have a tap that reads them in place, packed or not; others are read as a translation would. */
function tapOf(
  dialect: BoundDialect,
  { call: { operation }, requestedModel, relay, foreign }: Preparing,
  { deployment, model = requestedModel }: Candidate,
): Prepared["makeTap"] {
  if (operation === "embeddings") return () => new EmbeddingsTap();
  if (operation !== "messages") return undefined;
  if (dialect.id !== ANTHROPIC) return (head) => new DialectTap(dialect, isEventStream(head));
  // Whoever serves them, Anthropic's models take each other's thinking.
  if (deployment.provider === ANTHROPIC || dialect.isClaude === true) return undefined;
  if (model.includes("claude")) return undefined;
  return (head) => {
    const tap = relay.makeTap(head);
    return tap === undefined ? undefined : foreign.watch(tap);
  };
}

/** What a cloud changes or signs has to be whole, and readable where it is changed. */
function whyNotCarried(
  { shape }: BoundDialect,
  { body }: Preparing,
  { deployment }: Candidate,
): GatewayError | undefined {
  if (shape === undefined && deployment.sign === undefined) return undefined;
  if (body.kind === "stream") return TOO_LARGE;
  if (shape === undefined || body.kind === "none") return undefined;
  return body.plain.ok ? undefined : body.plain.error;
}

/** How the client's own bytes go on. */
interface Wire {
  readonly under: string;
  readonly identityEncoding: boolean;
  /** A cloud edits them. */
  readonly isShaped: boolean;
}

function toUpstreamRequest(
  preparing: Preparing,
  candidate: Candidate,
  { under, identityEncoding, isShaped }: Wire,
  { betas, members }: LeftOut,
): UpstreamRequest {
  const { call } = preparing;
  const { deployment, model } = candidate;
  const { body, isRewritten } = toPayload(preparing.body, {
    model,
    cutsSealed: call.dialect.id === ANTHROPIC,
    isPlain: isShaped,
    without: members,
    foreign: deployment.provider === ANTHROPIC ? preparing.foreign : undefined,
  });
  return {
    method: call.request.method ?? "GET",
    target: `${deployment.pathPrefix}${under}${call.targetFor(model ?? preparing.requestedModel)}`,
    headers: toUpstreamHeaders(call.request.rawHeaders, {
      identityEncoding,
      // A Buffer's length is its framing; a stream's has to be said, where it is known.
      contentLength: !Buffer.isBuffer(body),
      contentEncoding: !isRewritten,
      withoutBetas: deployment.provider === ANTHROPIC ? [] : [ONE_MILLION_BETA, ...betas],
      // Of a cloud's client nothing goes along but what was chosen: a token of the cloud's stands beside it.
      instead: call.dialect.isClouds ? credentialFields(candidate) : insteadOfCaller(candidate),
      add: preparing.body.kind === "held" ? preparing.body.fields : [],
    }),
    body,
  };
}

const TOO_LARGE = gatewayError(
  "body_too_large",
  "The body is larger than limits.body, and this model's provider is a cloud, to which it has to be sent whole",
);

/** The context window is the model's own elsewhere, and servers refuse betas that they do not know (req:C-13). */
const ONE_MILLION_BETA = "context-1m-2025-08-07";
