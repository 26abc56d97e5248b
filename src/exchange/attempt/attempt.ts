import type { GatewayError } from "../../base/errors.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { type Came, leftOutBy } from "../../routing/explain/words.ts";
import type { NextStep } from "../../routing/failure/next-step.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { Trial } from "../../routing/health/health.ts";
import type { RouteTurn } from "../../store/route-record.ts";
import type { RelayResult } from "../answer/relay-contract.ts";
import type {
  Attempted,
  AttemptOutcome,
  AttemptPlan,
  Entered,
  Progress,
  Turn,
} from "./attempt-plan.ts";
import {
  conclude,
  hasPrimary,
  isRefusedKey,
  lastTurnOf,
  OVERFLOW_FAILED,
  show,
  whyStopped,
} from "./conclude.ts";
import { isFallbackNow, isFull, keepsBack } from "./keeps-back.ts";
import { notTried } from "./not-sent.ts";
import { pause } from "./pause.ts";
import { readFailure } from "./read-failure.ts";
import { tryCandidate } from "./try-candidate.ts";
import { decideNext } from "./what-next.ts";

/** The one attempt loop: candidates in order until one has an answer to show (design R5, R16). */
export async function attempt(plan: AttemptPlan): Promise<Attempted> {
  const progress: Progress = { attempts: [], turns: [], failures: [] };
  try {
    const outcome = await tryAll(plan, progress);
    const { turns } = progress;
    const answer = lastTurnOf(turns, plan.candidates.indexOf(outcome.candidate));
    return { ...outcome, turns, answer: outcome.last.committed ? answer : undefined };
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
    const turn = { candidate, at, placed, hasOthers: isRepeatable && isChained };
    const outcome = isSkipped(plan, progress, turn) ? undefined : await take(plan, progress, turn);
    if (outcome !== undefined) return outcome;
    const isUsedUp = plan.body.kind === "stream" && progress.last !== undefined;
    if (progress.isOver === true || isUsedUp) break;
  }
  return conclude(plan, progress);
}

function isDue({ tryIf }: Candidate, progress: Progress): boolean {
  const { overflows, refused, unusable } = progress;
  if (tryIf === "always") return true;
  if (tryIf === "session_full") return overflows === true;
  if (tryIf === "overflow_failed") return refused !== undefined || unusable !== undefined;
  if (progress.spillsOnly === true) return false;
  return progress.isSkipped === true || hasPrimary(progress);
}

/** Since the list was made somebody may have found out that a candidate does not answer. */
function isSkipped(
  { failing: { health } }: AttemptPlan,
  progress: Progress,
  { at, placed, hasOthers }: Turn,
): boolean {
  const fitness = hasOthers ? health.fitness(placed) : undefined;
  // One that asked to be left alone was already put behind the others.
  if (fitness?.use !== "off") return false;
  progress.isSkipped = true;
  const { code: came, reason } = fitness;
  progress.turns.push({ at, came, next: "skipped", calls: 0, reason });
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
    await pause(asked.repeat.afterMs, plan);
    const gone = whyStopped(plan, progress, candidate);
    if (gone !== undefined) return gone;
  }
}

/** Nothing is sent to this one; another may cost less, or have room. */
function refuse(
  progress: Progress,
  { candidate, at, hasOthers }: Turn,
  error: GatewayError,
): undefined {
  const { attempts, turns } = progress;
  const came = leftOutBy(error.code);
  turns.push({ at, came, next: "skipped", calls: 0, reason: error.message });
  progress.refused ??= { error, candidate };
  if (hasOthers) progress.uncured ??= { attempts, last: notTried(error), candidate };
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
  using place = entered.value;
  const gone = whyStopped(plan, progress, candidate);
  if (gone !== undefined) return { outcome: gone };
  // Others may have been here while this one waited: of all that saw a pause end only one is to find out.
  if (isSkipped(plan, progress, turn)) return {};
  using counted = plan.failing.budget.begin(upstreamOf(candidate));
  const { outcome, failure, told } = await send(plan, progress, turn, { repeated, place });
  const { committed, cut } = outcome.last;
  if (committed || cut) {
    progress.turns.push({ ...told, next: committed ? "shown" : "kept" });
    return { outcome };
  }
  const next = await decideNext(plan, progress, turn, { outcome, failure, repeated, counted });
  if (next.step === "repeat") {
    const { afterMs: pausedMs, isAsked } = next;
    progress.turns.push({ ...told, next: "repeated", pausedMs, ...(isAsked ? { isAsked } : {}) });
    return { repeat: next };
  }
  if (failure !== undefined) progress.failures.push(failure);
  const moves = next.step === "move";
  const isDenied = progress.isDenied === true;
  progress.turns.push({ ...told, next: moves ? "moved" : isDenied ? "denied" : "kept" });
  const left = leave(plan, progress, outcome, moves);
  if (left?.last.committed === true && !isDenied) {
    progress.turns[progress.turns.length - 1] = { ...told, next: "shown" };
  }
  return { outcome: left };
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
  { repeated, place }: { readonly repeated: number; readonly place: Entered },
): Promise<{
  readonly outcome: AttemptOutcome;
  readonly failure: Failure | undefined;
  readonly told: Omit<RouteTurn, "next">;
}> {
  const { candidate, at, placed, hasOthers } = turn;
  const { attempts, turns, unusable, permit } = progress;
  const before = attempts.length;
  const queued = { queuedMs: place.waitedMs };
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
    fields: (head) => {
      const now = { at, ...queued, status: head.status };
      const way = { turns: [...turns, now], answer: turns.length };
      return [...plan.fields(head, candidate, way), ...marks];
    },
  });
  permit?.();
  const failure = readFailure(last, candidate, plan.requestedModel);
  report(trial, last, failure);
  const outcome = { attempts, last, candidate };
  progress.last = outcome;
  const heldMs = Math.round(last.heldMs ?? 0);
  const told = {
    at,
    came: failure?.kind ?? cameOf(last, plan.client.gone),
    status: last.seen?.status,
    calls: attempts.length - before,
    ...queued,
    ...(heldMs > 0 ? { heldMs } : {}),
  };
  return { outcome, failure, told };
}

/** Of an attempt that no candidate is to blame for. */
function cameOf({ failure, cut, seen }: AttemptOutcome["last"], isClientGone: boolean): Came {
  if (failure !== undefined) return failure.error.code;
  if (isClientGone) return "client_closed";
  return cut || seen === undefined || seen.status >= 400 ? "unknown" : "ok";
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
  const isFullNow = kept !== undefined && isFull(plan, progress, candidate, kept.head);
  if (candidate.credential.kind === "own") progress.overflows = isFullNow;
  if (kept === undefined) return undefined;
  const { head } = kept;
  if (isFullNow) {
    progress.session = { answer: kept, outcome };
  } else if (isRefusedKey(candidate, head)) progress.unusable = { answer: kept, outcome };
  else if (!moves && !isFallback) return show(plan, progress, { answer: kept, outcome }, []);
  return undefined;
}

function upstreamOf({ deployment }: Candidate): string {
  return `${deployment.provider} ${deployment.origin}`;
}
