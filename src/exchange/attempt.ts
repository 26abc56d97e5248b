import { type GatewayError, gatewayError } from "../base/errors.ts";
import type { HeaderList } from "../base/header-list.ts";
import type { Result } from "../base/result.ts";
import type { Candidate, CandidateCredential } from "../routing/candidate.ts";
import type { AttemptRecord } from "../store/record.ts";
import type { ResponseHead } from "../upstream/transport/contract.ts";
import { withoutSecret } from "./mask-secret.ts";
import { ended, NOT_SENT, notTried } from "./not-sent.ts";
import type { Keeping, KeptAnswer, RelayResult } from "./relay.ts";
import { type Sending, tryCandidate } from "./try-candidate.ts";

/** Everything that was tried for one exchange; the last result is the one that the client saw. */
export interface AttemptOutcome {
  readonly attempts: readonly AttemptRecord[];
  readonly last: RelayResult;
  /** Whose answer, or refusal, it is. */
  readonly candidate: Candidate;
}

/** What an attempt sends and where its answer goes. */
export interface AttemptPlan extends Sending {
  readonly candidates: readonly Candidate[];
  /** Puts money aside for a candidate, durably; nothing is sent for one that is not admitted. */
  readonly admit: (candidate: Candidate) => Promise<Result<void, GatewayError>>;
  /** Whether a candidate's upstream would take the request at once. */
  readonly hasRoom: (candidate: Candidate) => boolean;
  /** A place at the candidate's upstream, for as long as its answer takes; waited for where there is no other with room. */
  readonly enter: (
    candidate: Candidate,
    hasRoomElsewhere: boolean,
  ) => Promise<Result<Disposable, GatewayError>>;
  /** The response's fields as the client gets them. */
  readonly fields: (head: ResponseHead, candidate: Candidate) => HeaderList;
  /** The first response byte of a candidate is there. */
  readonly onHead: (head: ResponseHead, candidate: Candidate) => void;
  /** True for a session's answer that another candidate may better. */
  readonly spills: (head: ResponseHead) => boolean;
}

/** An answer that was kept back, and the attempt that it ended. */
interface KeptOutcome {
  readonly answer: KeptAnswer;
  readonly outcome: AttemptOutcome;
}

/** What the loop knows after the candidates so far. */
interface Progress {
  readonly attempts: AttemptRecord[];
  /** The session's 429. */
  session?: KeptOutcome;
  /** The 401 or 403 of a stored key. */
  unusable?: KeptOutcome;
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
    const entered = await plan.enter(candidate, hasRoomElsewhere(plan, candidate));
    if (!entered.ok) {
      progress.refused = { error: entered.error, candidate };
      continue;
    }
    using _place = entered.value;
    const gone = whyStopped(plan, progress, candidate);
    if (gone !== undefined) return gone;
    const outcome = await send(plan, candidate, progress);
    progress.last = outcome;
    const { kept, committed, cut } = outcome.last;
    if (committed || cut) return outcome;
    if (kept === undefined) continue;
    const { credential } = candidate;
    if (credential.kind !== "stored") progress.session = { answer: kept, outcome };
    else if (REFUSED_CREDENTIAL.has(kept.head.status)) {
      progress.unusable = { answer: kept, outcome };
    } else return show(plan, { answer: withoutSecret(kept, credential.secret), outcome }, []);
  }
  return conclude(plan, progress);
}

async function send(
  plan: AttemptPlan,
  candidate: Candidate,
  progress: Progress,
): Promise<AttemptOutcome> {
  const { attempts, unusable } = progress;
  const marks = unusable === undefined ? [] : OVERFLOW_FAILED;
  const last = await tryCandidate(plan, {
    candidate,
    attempts,
    keeps: (head) => keepsBack(plan, progress, candidate, head),
    onHead: (head) => plan.onHead(head, candidate),
    fields: (head) => [...plan.fields(head, candidate), ...marks],
  });
  return { attempts, last, candidate };
}

function isDue({ tryIf }: Candidate, { session, refused, unusable, last }: Progress): boolean {
  if (tryIf === "session_full") return session !== undefined;
  if (tryIf === "always" || refused !== undefined || unusable !== undefined) return true;
  return tryIf === "failed" && last?.last.failure !== undefined;
}

/** A later one that this one's failure makes due. */
function hasRoomElsewhere({ candidates, hasRoom }: AttemptPlan, candidate: Candidate): boolean {
  const later = candidates.slice(candidates.indexOf(candidate) + 1);
  return later.some((other) => other.tryIf === "failed" && hasRoom(other));
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

const REFUSED_CREDENTIAL: ReadonlySet<number> = new Set([401, 403]);
const OVERFLOW_FAILED = ["x-spillway-overflow", "failed"] as const;

/** A session's 429 waits for its overflow; what a stored key was refused with is looked at before anybody sees it. */
function keepsBack(
  { candidates, spills }: AttemptPlan,
  { refused }: Progress,
  { credential }: Candidate,
  head: ResponseHead,
): Keeping {
  if (credential.kind === "stored") return head.status >= 400 ? "always" : "no";
  const hasOverflow = candidates.some(({ tryIf }) => tryIf === "session_full");
  return (hasOverflow || refused !== undefined) && spills(head) ? "if_small" : "no";
}

/** Nothing was shown yet: the refusal, or the session's own answer, or what went wrong at last. */
function conclude(plan: AttemptPlan, progress: Progress): AttemptOutcome {
  const { attempts, session, unusable, refused, last } = progress;
  if (last?.last.failure !== undefined) return last;
  if (refused !== undefined) {
    const result = { ...notTried(refused.error), seen: last?.last.seen };
    return { attempts, last: result, candidate: refused.candidate };
  }
  // The client sees what it would have seen without a stored key (design R16).
  if (session !== undefined) return show(plan, session, OVERFLOW_FAILED);
  if (unusable === undefined) throw new Error("no candidate reached the attempt loop");
  return failed(unusable.outcome, storedKeyRefused(unusable));
}

function show(
  { client, fields }: AttemptPlan,
  { answer, outcome }: KeptOutcome,
  marks: HeaderList,
): AttemptOutcome {
  const { head, body, isComplete } = answer;
  if (!isComplete) return failed(outcome, BROKEN_OFF);
  const isShown =
    !client.gone && client.writeHead(head, [...fields(head, outcome.candidate), ...marks]);
  if (isShown) {
    client.write(body);
    client.end(() => {});
  }
  return { ...outcome, last: { ...outcome.last, head, committed: isShown } };
}

function failed(outcome: AttemptOutcome, error: GatewayError): AttemptOutcome {
  return { ...outcome, last: { ...outcome.last, failure: ended(error) } };
}

const BROKEN_OFF = gatewayError(
  "upstream_reset",
  "The upstream's answer, an error, broke off before it was complete",
);

/** In our own words: the provider's may quote the key, and are about somebody else's credential. */
function storedKeyRefused({ answer, outcome }: KeptOutcome): GatewayError {
  const { deployment, credential } = outcome.candidate;
  const { provider } = deployment;
  const { status } = answer.head;
  if (credential.kind === "stored" && credential.secret === undefined) {
    return gatewayError(
      "stored_key_refused",
      `${provider} refuses this gateway itself, or does not let it use the model (${status}). Whoever runs the gateway can give its identity there access, or another in providers.${provider}`,
    );
  }
  return gatewayError(
    "stored_key_refused",
    `The provider refuses the key "${labelOf(credential)}" that your organisation stored for ${provider} (${status}). An owner can check it with "spillway byok test ${provider}" and replace it with "spillway byok set ${provider}"`,
  );
}

function labelOf(credential: CandidateCredential): string {
  return credential.kind === "stored" ? credential.label : "";
}
