import type { GatewayError } from "../../base/errors.ts";
import { type Arranged, isSession } from "../../routing/arrange.ts";
import type { Candidate } from "../../routing/candidate.ts";
import { placeOf } from "../../routing/explain/place.ts";
import { leftOutBy } from "../../routing/explain/words.ts";
import type { Resolution } from "../../routing/names/names.ts";
import { order } from "../../routing/strategies/order.ts";
import type { Stage, Strategy, Target } from "../../routing/target.ts";
import type { RouteRefusal } from "../../store/route-record.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { shownTime } from "../shown-time.ts";
import { keepWarm } from "./affinity.ts";
import { type Choice, chooseTarget } from "./choose.ts";
import {
  destinationOf,
  judgeResidency,
  refusedCandidate,
  refusedOperation,
  refusedSize,
} from "./constraints.ts";
import { contentFit } from "./content-fit.ts";
import { knownFull } from "./known-full.ts";
import { sparedSession, sparesNothing } from "./redirecting.ts";
import { strategyView } from "./strategy-view.ts";

/** A way to answer, before it is known which of them is tried first. */
export interface Draft {
  readonly candidate: Candidate;
  readonly target: Target;
  readonly choice: Choice;
  /** The client's own name allows it, as far as its key is concerned. */
  readonly isAllowed: boolean;
}

/** One that meets every constraint. */
type Open = Draft & Arranged;

/** One that was taken off the list, and by what. */
interface Taken {
  readonly refusal: RouteRefusal;
  readonly error: GatewayError;
  /** How many constraints it had met before. */
  readonly met: number;
}

/** What is left of all places that a name stands for. */
export interface Listed {
  /** In the order in which they are tried. */
  readonly drafts: readonly Open[];
  /** Of the first target. */
  readonly choice: Choice;
  readonly refused: readonly RouteRefusal[];
  readonly notes: readonly string[];
  /** What took away the last one; undefined: some are left. */
  readonly refusal: GatewayError | undefined;
}

/** Makes the candidates of every target, and takes away those that may not, cannot or should not answer. */
export function listCandidates(
  question: Question,
  resolution: Resolution,
  house: House,
  settings: ExchangeSettings,
): Listed {
  const view = strategyView(question, house, settings);
  const { stages, isGiven } = resolution;
  // Of a plan's limits nobody else can tell (design R3).
  const chain = question.facts.isQuotaProbe === true ? [] : resolution.chain;
  const places = [
    ...stages.map((stage) => ({ stage, isAllowed: isGiven })),
    ...chain.map((stage) => ({ stage, isAllowed: false })),
  ];
  const drafts: Draft[] = [];
  const taken: Taken[] = [];
  const spared = new Map<string, RouteRefusal>();
  let first: Choice | undefined;
  for (const { stage, isAllowed } of places) {
    for (const { target, reason } of order(stage, view)) {
      const within = { ...question, facts: { ...question.facts, model: target.model } };
      const choice = chooseWithin(question, target, house, settings);
      first ??= choice;
      const session = choice.dispatched && sparedSession(choice.dispatched, within, house);
      if (session !== undefined) spared.set(session.name, session);
      const { routed } = choice;
      if (!routed.ok) {
        taken.push(missing(target, routed.error));
        continue;
      }
      for (const made of routed.value) {
        const candidate = named(made, { question, target, stage, reason });
        if (drafts.some((other) => isSame(other.candidate, candidate))) continue;
        // What stands in the place of a plan that is nearly full is the operator's choice.
        const isSubstitute = choice.dispatched?.elsewhere !== undefined;
        drafts.push({ candidate, target, choice, isAllowed: isAllowed || isSubstitute });
      }
    }
  }
  if (first === undefined) throw new Error("a name that stands for nothing");
  const open: Open[] = [];
  let session: string | undefined;
  for (const draft of drafts) {
    const refusal = constrain(question, draft, settings);
    if (refusal !== undefined) taken.push(refusal);
    else {
      open.push({ ...draft, session });
      if (isSession(draft.candidate)) session = draft.candidate.deployment.provider;
    }
  }
  const strategy = stages[0]?.strategy ?? "priority";
  const { left, off, note } = byFitness(question, open, strategy, house, settings);
  const refused = [
    ...taken.map(({ refusal }) => refusal),
    ...off.map((each) => each.refusal),
    ...spared.values(),
  ];
  const deepest = taken.toSorted((a, b) => b.met - a.met)[0];
  return {
    drafts: left,
    choice: first,
    refused,
    notes: note === undefined ? [] : [note],
    refusal: left.length === 0 ? deepest?.error : undefined,
  };
}

/** A plan that is nearly full is better than a place where the content may not be. */
function chooseWithin(
  question: Question,
  target: Target,
  house: House,
  settings: ExchangeSettings,
): Choice {
  const choice = chooseTarget(question, target, house, settings);
  const { dispatched, deployment, routed } = choice;
  if (dispatched?.redirected === undefined) return choice;
  const place = destinationOf(question, routed.ok ? routed.value[0] : { deployment });
  if (judgeResidency(question, place, settings)?.error === undefined) return choice;
  const within = chooseTarget(question, target, house, { ...settings, dispatch: undefined });
  return { ...within, dispatched: sparesNothing(dispatched) };
}

interface Naming {
  readonly question: Question;
  readonly target: Target;
  readonly stage: Stage;
  readonly reason: string;
}

/** With the model under its name there, where the request has another, and with the reason for its place. */
function named(candidate: Candidate, { question, target, stage, reason }: Naming): Candidate {
  const { facts } = question;
  const isOther = target.model !== facts.model || facts.wrapped !== undefined;
  const model = candidate.model ?? (isOther ? target.model : undefined);
  if (stage.targets.length === 1) return { ...candidate, model };
  return { ...candidate, model, reason: `${stage.name}, ${reason}; ${candidate.reason}` };
}

function isSame(a: Candidate, b: Candidate): boolean {
  return (
    a.deployment.provider === b.deployment.provider &&
    a.deployment.origin === b.deployment.origin &&
    a.model === b.model &&
    a.credential.owner === b.credential.owner
  );
}

function missing({ model, pays, key }: Target, error: GatewayError): Taken {
  const payer = key === undefined ? (pays ?? "anybody") : `key ${key}`;
  return {
    refusal: { name: model, pays: payer, reason: error.message, code: leftOutBy(error.code) },
    error,
    met: 0,
  };
}

/** The first constraint that a candidate does not meet. */
function constrain(
  question: Question,
  { candidate, isAllowed }: Draft,
  settings: ExchangeSettings,
): Taken | undefined {
  const { deployment, model } = candidate;
  const { facts } = question;
  const asked = model === undefined ? question : { ...question, facts: { ...facts, model } };
  const tooLong = () => refusedSize(asked, deployment);
  const errors = [
    () => judgeResidency(question, destinationOf(question, candidate), settings)?.error,
    () => (isAllowed ? undefined : refusedCandidate(question, candidate)),
    () => refusedOperation(asked, deployment),
    tooLong,
  ];
  for (const [i, check] of errors.entries()) {
    const error = check();
    if (error === undefined) continue;
    const place = placeOf(candidate, facts.model ?? "");
    const code = check === tooLong ? "size" : leftOutBy(error.code);
    return { refusal: { ...place, reason: error.message, code }, error, met: i + 1 };
  }
  return undefined;
}

interface Off {
  readonly draft: Open;
  readonly refusal: RouteRefusal;
}

/** Those that should not be tried now are last, or not there; the last one is tried all the same. */
function byFitness(
  question: Question,
  drafts: readonly Open[],
  strategy: Strategy,
  house: House,
  settings: ExchangeSettings,
): {
  readonly left: readonly Open[];
  readonly off: readonly Off[];
  readonly note?: string | undefined;
} {
  if (drafts.length < 2 || question.facts.isQuotaProbe === true) return { left: drafts, off: [] };
  const fit: Open[] = [];
  const last: Open[] = [];
  const off: Off[] = [];
  const uncarried = contentFit(question);
  for (const draft of drafts) {
    const { candidate } = draft;
    const { model = question.facts.model ?? "" } = candidate;
    const unfit =
      uncarried(candidate) ??
      fullness(question, draft, house, settings) ??
      house.health.fitness({ candidate, model });
    if (unfit === undefined) fit.push(draft);
    else if (unfit.use === "last") {
      last.push({ ...draft, candidate: { ...candidate, reason: `last, ${unfit.reason}` } });
    } else {
      const place = placeOf(candidate, question.facts.model ?? "");
      off.push({ draft, refusal: { ...place, reason: unfit.reason, code: unfit.code } });
    }
  }
  const warmed = keepWarm(question, fit, strategy, house, settings);
  const left = [...warmed.drafts, ...last];
  const spared = left.length === 0 ? off.shift() : undefined;
  return { left: spared === undefined ? left : [spared.draft], off, note: warmed.note };
}

/** A session that is known to be full is left alone, as it is by an overflow, which looks for itself. */
function fullness(
  { identity, facts }: Question,
  { candidate, choice }: Draft,
  house: House,
  settings: ExchangeSettings,
) {
  const { model = facts.model } = candidate;
  if (!isSession(candidate) || facts.isQuotaProbe === true) return undefined;
  if (choice.payMode === "overflow" || model === undefined) return undefined;
  const full = knownFull({ identity, facts: { ...facts, model } }, house, settings);
  if (full === undefined) return undefined;
  const until = shownTime(full.resetsAtMs, settings.timeZone);
  return {
    use: "off",
    code: "session_full",
    reason: `the session is full until ${until}`,
  } as const;
}
