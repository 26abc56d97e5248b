import type { Candidate } from "../../routing/candidate.ts";
import { type NextStep, nextStep, type Patience } from "../../routing/failure/next-step.ts";
import type { BudgetedAttempt } from "../../routing/failure/retry-budget.ts";
import type { Failure } from "../../routing/failure/verdict.ts";
import type { Placed } from "../../routing/health/health.ts";
import type { AttemptOutcome, AttemptPlan, Permit, Progress, Turn } from "./attempt-plan.ts";
import { isFallbackNow, isFull } from "./keeps-back.ts";
import { pause } from "./pause.ts";

const SHOW: NextStep = { step: "show" };
const MOVE: NextStep = { step: "move" };
const LOOK_AGAIN_MS = 50;

/** What comes after an attempt of which nothing was shown, and whether there is room for it among all that is repeated. */
export async function decideNext(
  plan: AttemptPlan,
  progress: Progress,
  turn: Turn,
  now: {
    readonly outcome: AttemptOutcome;
    readonly failure: Failure | undefined;
    readonly repeated: number;
    readonly counted: BudgetedAttempt;
  },
): Promise<NextStep> {
  const { candidate, placed, hasOthers } = turn;
  const { failure, repeated, counted } = now;
  const { kept } = now.outcome.last;
  if (kept !== undefined && isFull(plan, progress, candidate, kept.head)) {
    return spill(progress, turn, counted);
  }
  const { random, health } = plan.failing;
  const patience = patienceAt(plan, candidate);
  const isOwnCredential = candidate.credential.kind === "own";
  const isRepeatable = plan.body.kind !== "stream";
  const isFallback = isFallbackNow(candidate, progress);
  // What would be no better elsewhere ends the search, unless it is only a fallback that says so.
  if (failure === undefined && !isFallback) progress.isOver = true;
  const wanted =
    failure !== undefined && isRepeatable
      ? nextStep({ failure, isOwnCredential, hasOthers, repeated }, patience, random)
      : SHOW;
  const next = wanted.step === "show" && isFallback && hasOthers ? MOVE : wanted;
  // Nobody was asked, or by now nobody else would be sent there first: that repeats nothing.
  const isFree = failure?.kind === "unsayable" || health.isOpen(placed);
  const isMove = next.step === "move";
  if (!(isMove && isFree) && next.step !== "show") {
    progress.permit =
      counted.repeat() ?? (isMove ? await waitForRoom(plan, placed, counted) : undefined);
    if (progress.permit === undefined) return deny(plan, progress);
  }
  progress.spillsOnly = false;
  return next;
}

function deny(plan: AttemptPlan, progress: Progress): NextStep {
  progress.isDenied = true;
  progress.isOver = true;
  plan.failing.onDenied();
  return SHOW;
}

/** What is in a cache is worth a longer wait. */
function patienceAt(
  { failing: { patience } }: AttemptPlan,
  { warmWaitMs = 0 }: Candidate,
): Patience {
  return { ...patience, waitMs: Math.max(patience.waitMs, warmWaitMs) };
}

/** Moves wait a moment for their turn: each is over once its answer has begun. */
async function waitForRoom(
  plan: AttemptPlan,
  placed: Placed,
  counted: BudgetedAttempt,
): Promise<Permit | undefined> {
  const { patience, health } = plan.failing;
  for (let waitedMs = 0; waitedMs < patience.waitMs; waitedMs += LOOK_AGAIN_MS) {
    await pause(LOOK_AGAIN_MS, plan);
    if (health.isOpen(placed)) return () => {};
    if (plan.client.gone || plan.active.cut !== undefined) return () => {};
    const permit = counted.repeat();
    if (permit !== undefined) return permit;
  }
  return undefined;
}

/** A session's 429 and its overflow are one answer in two parts; who comes after them repeats it. */
function spill(progress: Progress, { hasOthers }: Turn, counted: BudgetedAttempt): NextStep {
  if (!hasOthers) return SHOW;
  progress.permit = counted.repeat();
  progress.spillsOnly = progress.permit === undefined;
  return MOVE;
}
