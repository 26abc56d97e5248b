import type { GatewayError } from "../base/errors.ts";
import type { Candidate } from "../routing/candidate.ts";
import type { NextStep } from "../routing/failure/next-step.ts";
import type { Failure } from "../routing/failure/verdict.ts";
import type { Trial } from "../routing/health/health.ts";
import type { AttemptOutcome, AttemptPlan, Progress, Turn } from "./attempt-plan.ts";
import {
  conclude,
  hasPrimary,
  isRefusedKey,
  OVERFLOW_FAILED,
  show,
  whyStopped,
} from "./conclude.ts";
import { isFallbackNow, isFull, keepsBack } from "./keeps-back.ts";
import { notTried } from "./not-sent.ts";
import { pause } from "./pause.ts";
import { readFailure } from "./read-failure.ts";
import type { RelayResult } from "./relay-contract.ts";
import { tryCandidate } from "./try-candidate.ts";
import { decideNext } from "./what-next.ts";

/** The one attempt loop: candidates in order until one has an answer to show (design R5, R16). */
export async function attempt(plan: AttemptPlan): Promise<AttemptOutcome> {
  const progress: Progress = { attempts: [], notes: [], failures: [] };
  try {
    return await tryAll(plan, progress);
  } finally {
    progress.permit?.();
  }
}

async function tryAll(plan: AttemptPlan, progress: Progress): Promise<AttemptOutcome> {
  for (const [at, candidate] of plan.candidates.entries()) {
    if (!isDue(candidate, progress)) continue;
    const stopped = whyStopped(plan, progress, candidate);
    if (stopped !== undefined) return stopped;
    const placed = { candidate, model: candidate.model ?? plan.requestedModel };
    const isRepeatable = plan.body.kind !== "stream";
    const isChained = plan.candidates.slice(at + 1).some(({ tryIf }) => tryIf === "failed");
    const turn = { candidate, placed, hasOthers: isRepeatable && isChained };
    const outcome = isSkipped(plan, progress, turn) ? undefined : await take(plan, progress, turn);
    if (outcome !== undefined) return outcome;
    const isUsedUp = plan.body.kind === "stream" && progress.last !== undefined;
    if (progress.isOver === true || isUsedUp) break;
  }
  return conclude(plan, progress);
}

function isDue({ tryIf }: Candidate, progress: Progress): boolean {
  const { session, refused, unusable } = progress;
  if (tryIf === "always") return true;
  if (tryIf === "session_full") return session !== undefined;
  if (tryIf === "overflow_failed") return refused !== undefined || unusable !== undefined;
  if (progress.spillsOnly === true) return false;
  return progress.isSkipped === true || hasPrimary(progress);
}

/** Since the list was made somebody may have found out that a candidate does not answer. */
function isSkipped(
  { failing: { health } }: AttemptPlan,
  progress: Progress,
  { candidate, placed, hasOthers }: Turn,
): boolean {
  const fitness = hasOthers ? health.fitness(placed) : undefined;
  // One that asked to be left alone was already put behind the others.
  if (fitness?.use !== "off") return false;
  progress.isSkipped = true;
  progress.notes.push(`${candidate.deployment.provider} was left out: ${fitness.reason}`);
  return true;
}

/** Asks one candidate, again where that may help; undefined: nothing was shown, and the next one may do better. */
async function take(
  plan: AttemptPlan,
  progress: Progress,
  turn: Turn,
): Promise<AttemptOutcome | undefined> {
  const { candidate } = turn;
  const admitted = await plan.admit(candidate);
  if (!admitted.ok) return refuse(progress, turn, admitted.error);
  for (let repeated = 0; ; repeated += 1) {
    const asked = await askOnce(plan, progress, turn, repeated);
    if (asked.repeat === undefined) return asked.outcome;
    const { afterMs, isAsked } = asked.repeat;
    const why = isAsked ? " for retry-after" : "";
    progress.notes.push(
      `waited ${afterMs} ms${why}, to ask ${candidate.deployment.provider} again`,
    );
    await pause(afterMs, plan);
    const gone = whyStopped(plan, progress, candidate);
    if (gone !== undefined) return gone;
  }
}

/** Nothing is sent to this one; another may cost less, or have room. */
function refuse(
  progress: Progress,
  { candidate, hasOthers }: Turn,
  error: GatewayError,
): undefined {
  const { attempts, notes } = progress;
  notes.push(`${candidate.deployment.provider} was not asked: ${error.message}`);
  progress.refused ??= { error, candidate };
  if (hasOthers) progress.uncured ??= { attempts, notes, last: notTried(error), candidate };
}

/** One attempt, and what comes of it: an outcome for the client, a repetition, or neither. */
async function askOnce(
  plan: AttemptPlan,
  progress: Progress,
  turn: Turn,
  repeated: number,
): Promise<{
  readonly outcome?: AttemptOutcome | undefined;
  readonly repeat?: Extract<NextStep, { readonly step: "repeat" }>;
}> {
  const { candidate } = turn;
  const entered = await plan.enter(candidate, hasRoomElsewhere(plan, candidate));
  if (!entered.ok) return { outcome: refuse(progress, turn, entered.error) };
  using _place = entered.value;
  const gone = whyStopped(plan, progress, candidate);
  if (gone !== undefined) return { outcome: gone };
  // Others may have been here while this one waited: of all that saw a pause end only one is to find out.
  if (isSkipped(plan, progress, turn)) return {};
  using counted = plan.failing.budget.begin(upstreamOf(candidate));
  const { outcome, failure } = await send(plan, progress, turn, repeated);
  if (outcome.last.committed || outcome.last.cut) return { outcome };
  const next = await decideNext(plan, progress, turn, { outcome, failure, repeated, counted });
  if (next.step === "repeat") return { repeat: next };
  if (failure !== undefined) progress.failures.push(failure);
  return { outcome: leave(plan, progress, outcome, next.step === "move") };
}

/** A later one that this one's failure makes due. */
function hasRoomElsewhere({ candidates, hasRoom }: AttemptPlan, candidate: Candidate): boolean {
  const later = candidates.slice(candidates.indexOf(candidate) + 1);
  return later.some((other) => other.tryIf === "failed" && hasRoom(other));
}

async function send(
  plan: AttemptPlan,
  progress: Progress,
  turn: Turn,
  repeated: number,
): Promise<{ readonly outcome: AttemptOutcome; readonly failure: Failure | undefined }> {
  const { candidate, placed, hasOthers } = turn;
  const { attempts, notes, unusable, permit } = progress;
  progress.permit = undefined;
  const { failing, streamRequested } = plan;
  const trial = failing.health.begin(placed);
  const isAfterOverflow = candidate.tryIf === "overflow_failed" && unusable !== undefined;
  const marks = isAfterOverflow ? OVERFLOW_FAILED : [];
  const last = await tryCandidate(plan, {
    candidate,
    attempts,
    // A session's 429 and what follows it are one answer in two parts.
    after: repeated > 0 || candidate.tryIf !== "failed" ? "retried" : "failed_over",
    keeps: (head) => keepsBack(plan, progress, turn, head),
    patience: hasOthers
      ? { holdMs: failing.holdMs, slowStartMs: streamRequested ? failing.slowStartMs : undefined }
      : undefined,
    onHead: (head) => plan.onHead(head, candidate),
    onCommit: ({ status }) => {
      permit?.();
      if (status < 400) trial.begun();
    },
    fields: (head) => [...plan.fields(head, candidate), ...marks],
  });
  permit?.();
  const failure = readFailure(last, candidate, plan.requestedModel);
  report(trial, last, failure);
  const heldMs = Math.round(last.heldMs ?? 0);
  if (heldMs > 0) notes.push(`held ${heldMs} ms`);
  const outcome = { attempts, notes, last, candidate };
  progress.last = outcome;
  return { outcome, failure };
}

/** What is answered here was seen of nobody, and tells nothing. */
function report(
  trial: Trial,
  { committed, seen }: RelayResult,
  failure: Failure | undefined,
): void {
  if (failure !== undefined) trial.failed(failure);
  else if (committed && seen !== undefined) trial.succeeded();
  else trial.abandoned();
}

/** Nothing was shown of an attempt: what of it is kept for the end, or what is shown now. */
function leave(
  plan: AttemptPlan,
  progress: Progress,
  ended: AttemptOutcome,
  moves: boolean,
): AttemptOutcome | undefined {
  const { candidate, last } = ended;
  const isUsed = moves && last.observation?.usage !== undefined;
  if (isUsed) plan.spend(ended);
  const outcome: AttemptOutcome = isUsed ? { ...ended, isSpent: true } : ended;
  const isFallback = isFallbackNow(candidate, progress);
  if (moves && !isFallback) progress.uncured = outcome;
  const { kept } = last;
  if (kept === undefined) return undefined;
  const { head } = kept;
  if (isFull(plan, progress, candidate, head)) {
    progress.session = { answer: kept, outcome };
  } else if (isRefusedKey(candidate, head)) progress.unusable = { answer: kept, outcome };
  else if (!moves && !isFallback) return show(plan, { answer: kept, outcome }, []);
  return undefined;
}

function upstreamOf({ deployment }: Candidate): string {
  return `${deployment.provider} ${deployment.origin}`;
}
