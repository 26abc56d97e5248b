import type { KeyObject } from "node:crypto";
import type { GatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import { ANTHROPIC, type Sealing, type WrittenRequest } from "../../canonical/index.ts";
import type { Candidate } from "../../routing/candidate.ts";
import type { Observation, Tap } from "../../upstream/dialects/anthropic/index.ts";
import { EventObserver } from "../../upstream/dialects/observe-events.ts";
import type {
  ResponseHead,
  ResponseSink,
  Send,
  UpstreamCall,
} from "../../upstream/transport/contract.ts";
import { type FirstContent, type Glimpse, glimpseOf } from "../answer/first-content.ts";
import type { WholeAnswer } from "../answer/whole-answer.ts";
import type { ClientCall } from "../call.ts";
import type { AnswerFacts } from "../dialect.ts";
import type { RequestBody } from "../request/body.ts";
import { Amendments } from "./amend/amendments.ts";
import type { LearnedRefusals } from "./amend/learned-refusals.ts";
import { TranslatedAnswer } from "./answer.ts";
import { CallLog, type LoggedCall } from "./call-log.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { addressRequest, type ReadRequest, readForUpstream, thinkerOf } from "./request.ts";
import type { Searching } from "./search/loop.ts";
import { openSearchLoop } from "./search/open-loop.ts";
import type { AnswerTranslation } from "./translation.ts";

/** An exchange whose upstream speaks another dialect than its client. */
export interface Translating {
  readonly call: ClientCall;
  readonly body: RequestBody;
  readonly requestedModel: string;
  readonly isStream: boolean;
  /** Marks other providers' thinking. */
  readonly provenance: KeyObject;
  /** Undefined: no search is configured. */
  readonly searching: Searching | undefined;
}

/** A message that is to be answered. */
export interface Answering extends Translating {
  readonly monotonicMs: () => number;
  readonly learned: LearnedRefusals;
  /** Puts money aside, durably, for one more request of so many bytes. */
  readonly admitMore: (bodyBytes: number) => Promise<Result<void, GatewayError>>;
}

/** An attempt that is ready to be sent. */
export interface Prepared {
  /** Sends it, and puts what it takes between the answer and the exchange. */
  readonly open: (inner: ResponseSink, send: Send) => UpstreamCall;
  /** Reads the usage, where that is not Anthropic's own answer on its way. */
  readonly makeTap?: ((head: ResponseHead) => Tap | undefined) | undefined;
  /** Looks whether there is an answer behind a 200; undefined: nobody can tell. */
  readonly firstContent?: ((head: ResponseHead) => FirstContent | undefined) | undefined;
  /** Of an answer that may take several upstream calls. */
  readonly several?: SeveralCalls | undefined;
}

/** What is known of an answer that may take several upstream calls. */
export interface SeveralCalls {
  readonly calls: () => readonly LoggedCall[];
  /** What was used so far, where nothing of the answer was shown. */
  readonly observation: () => Observation;
  /** What they were for, for the record; undefined: there was one. */
  readonly account: () => string | undefined;
}

/** What is answered here, without an upstream. */
export interface LocalAnswer {
  readonly answer: WholeAnswer;
}

/** Says a request in the upstream's dialect, and keeps what its answer has to be read with. Refused where that is not honest. */
export function prepareTranslation(
  translating: Answering,
  candidate: Candidate,
): Result<Prepared, GatewayError> {
  const { call, isStream, provenance, searching, monotonicMs } = translating;
  const read = readForUpstream(translating, candidate, provenance);
  if (!read.ok) return read;
  const { asked, said } = read.value;
  const address = (written: WrittenRequest) => addressRequest(candidate, written, asked.stream);
  const amendments = new Amendments({
    dialect: read.value.dialect,
    model: `${candidate.deployment.provider}/${said.model}`,
    learned: translating.learned,
    address,
    admit: translating.admitMore,
  });
  const { dialect } = amendments;
  const opened = openSearchLoop(said, dialect, candidate, searching);
  if (!opened.ok) return opened;
  const { loop, offer } = opened.value ?? {};
  const written = dialect.writeRequest(offer?.said ?? said);
  if (!written.ok) return written;
  const observer = new EventObserver();
  const calls = new CallLog(monotonicMs);
  const translation: AnswerTranslation = {
    dialect,
    context: written.value.context,
    client: call.dialect.canonical,
    facts: answerFacts(translating, candidate, read.value),
    sealing: sealingFor(call.dialect.id, thinkerOf(candidate.deployment, said.model), provenance),
    isStream,
    observer,
    calls,
    amendments,
    lossy: () => [...amendments.lossy, ...(offer?.lossy ?? [])],
    stored: candidate.credential.kind === "stored" ? candidate.credential : undefined,
    searches: loop,
  };
  let answer: TranslatedAnswer | undefined;
  return ok({
    open: (inner, send) => {
      answer = new TranslatedAnswer(inner, translation, send);
      return answer.start(address(written.value));
    },
    makeTap: () => readAlready(observer, () => answer?.atBoundary ?? true),
    firstContent: () => seenAlready(observer),
    several: {
      calls: () => calls.calls,
      observation: () => observer.observation,
      account: () => joined([amendments.account, loop?.account]),
    },
  });
}

function joined(accounts: readonly (string | undefined)[]): string | undefined {
  const told = accounts.filter((account) => account !== undefined);
  return told.length === 0 ? undefined : told.join("; ");
}

/** What a client is told of an answer that its upstream does not know. */
export function answerFacts(
  { call, requestedModel }: Translating,
  { credential }: Candidate,
  { asked, said, dialect }: ReadRequest,
): AnswerFacts {
  return {
    requestId: call.id,
    request: asked,
    model: requestedModel,
    estimatedInputTokens: estimateTokens(said),
    contextTokens: dialect.contextTokens,
    credential: credential.kind === "own" ? "caller" : "gateway",
  };
}

/** A translated answer was read when it was translated. */
function readAlready(observer: EventObserver, isAtBoundary: () => boolean): Tap {
  return {
    push: () => {},
    get atBoundary() {
      return isAtBoundary();
    },
    finish: () => observer.observation,
  };
}

/** By the time that something of it arrives, the observer knows what it is. */
function seenAlready(observer: EventObserver): FirstContent {
  const look = (): Glimpse =>
    observer.first === undefined ? "nothing" : glimpseOf(observer.first);
  return { push: look, end: look };
}

/** Toward Anthropic's own clients its thinking stays as it is. */
function sealingFor(client: string, provider: string, key: KeyObject): Sealing | undefined {
  return provider === ANTHROPIC && client === ANTHROPIC ? undefined : { provider, key };
}
