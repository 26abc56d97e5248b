import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { ok, type Result } from "../../base/result.ts";
import { arrange } from "../../routing/arrange.ts";
import type { Candidate, UpstreamMode } from "../../routing/candidate.ts";
import type { Deployment } from "../../routing/deployment.ts";
import { placesOf } from "../../routing/explain/place.ts";
import { listRoute } from "../../routing/list-route.ts";
import type { Resolution } from "../../routing/names/names.ts";
import type { Route } from "../../routing/route.ts";
import type { PayMode } from "../../store/key-record.ts";
import type { RouteRecord, RouteRefusal } from "../../store/route-record.ts";
import type { ExchangeSettings, House } from "../house.ts";
import { isMerged } from "../models/merged-list.ts";
import { othersInUse } from "../models/other-models.ts";
import type { Question } from "../question.ts";
import { choose } from "./choose.ts";
import {
  destinationOf,
  judgeResidency,
  mayBeListed,
  refusedModel,
  refusedOperation,
} from "./constraints.ts";
import { listCandidates } from "./list-candidates.ts";
import { readName } from "./read-name.ts";
import { type Dispatched, sparedSession, sparesNothing } from "./redirecting.ts";

/** What is to become of a request, and why. */
export interface Decision {
  /** Undefined: a policy refused. */
  readonly route: Route | undefined;
  readonly refusal: GatewayError | undefined;
  /** Where it goes, or would have gone. */
  readonly deployment: Deployment;
  /** Of the first candidate, or the mode that would have been used (req:C-34). */
  readonly mode: UpstreamMode;
  /** What was decided of a place; undefined where nothing is processed, such as a list of models. */
  readonly residencyAt: (candidate: Pick<Candidate, "deployment" | "model">) => string | undefined;
  /** The list of models is made here, out of Anthropic's and the other providers'. */
  readonly isMergedList: boolean;
  /** Undefined where nothing depends on the model's name. */
  readonly dispatched: Dispatched | undefined;
  /** Undefined: there was nothing to choose. */
  readonly record: RouteRecord | undefined;
}

const MODE_LABELS: Readonly<Record<PayMode, UpstreamMode>> = {
  session: "passthrough",
  inject: "byok",
  overflow: "byok-overflow",
};

/** Asks every policy, then routes. Nothing is sent, and no money is touched. */
export function decide(question: Question, house: House, settings: ExchangeSettings): Decision {
  const read = readName(question, house, settings);
  if (!read.ok || read.value === undefined) {
    const decided = decideOne(question, house, settings);
    return read.ok ? decided : refuseInstead(decided, read.error);
  }
  return decideAmong(question, read.value, house, settings);
}

/** The name means itself. */
function decideOne(question: Question, house: House, settings: ExchangeSettings): Decision {
  const { payMode, routed: chosen, deployment, dispatched } = choose(question, house, settings);
  const isList = question.call.models !== undefined;
  const mayList = !isList || mayBeListed(question, deployment.origin, settings);
  const isMergedList = isMerged(question, house, settings, mayList);
  const routed = isMergedList
    ? listRoute(chosen, { deployment, mode: MODE_LABELS[payMode], mayAsk: mayList })
    : withRealName(chosen, question, house);
  const residencyAt = (candidate: Parameters<Decision["residencyAt"]>[0]) =>
    judgeResidency(question, destinationOf(question, candidate), settings);
  const residency = residencyAt(routed.ok ? routed.value[0] : { deployment });
  if (residency?.error !== undefined && dispatched?.redirected !== undefined) {
    return decideForSession(question, house, settings, dispatched);
  }
  const mode = routed.ok ? routed.value[0].mode : MODE_LABELS[payMode];
  const refusal =
    residency?.error ??
    refusedBody(question, settings, routed.ok ? routed.value : []) ??
    refusedReading(question) ??
    refusedModel(question) ??
    refusedOperation(question, deployment) ??
    errorOf(routed);
  return {
    route: refusal === undefined && routed.ok ? routed.value : undefined,
    refusal,
    deployment,
    mode,
    residencyAt: (candidate) => residencyAt(candidate)?.text,
    isMergedList,
    dispatched,
    record: recordOf(question, routed, dispatched && sparedSession(dispatched, question, house)),
  };
}

/** The name stands for several places, or for another one. */
function decideAmong(
  question: Question,
  resolution: Resolution,
  house: House,
  settings: ExchangeSettings,
): Decision {
  const listed = listCandidates(question, resolution, house, settings);
  const { drafts, choice, refused, notes, refusal: emptied } = listed;
  const [first, ...others] = drafts;
  // What must not go out twice goes to one place.
  const repeats = question.facts.isQuotaProbe !== true && question.body.kind !== "stream";
  const route = first === undefined ? undefined : arrange([first, ...(repeats ? others : [])]);
  const refusal =
    refusedBody(question, settings, route ?? []) ??
    refusedReading(question) ??
    refusedModel(question) ??
    emptied;
  const { deployment, mode } = route?.[0] ?? {
    deployment: choice.deployment,
    mode: MODE_LABELS[choice.payMode],
  };
  const candidates = placesOf(route ?? [], question.facts.model ?? "");
  return {
    route: refusal === undefined ? route : undefined,
    refusal,
    deployment,
    mode,
    residencyAt: (candidate) =>
      judgeResidency(question, destinationOf(question, candidate), settings)?.text,
    isMergedList: false,
    dispatched: (first?.choice ?? choice).dispatched,
    record: { steps: resolution.steps, candidates, refused, notes },
  };
}

function refuseInstead(decided: Decision, error: GatewayError): Decision {
  return { ...decided, route: undefined, refusal: decided.refusal ?? error };
}

function recordOf(
  { facts }: Question,
  routed: Result<Route, GatewayError>,
  spared: RouteRefusal | undefined,
): RouteRecord | undefined {
  const route = routed.ok ? routed.value : [];
  if (route.length < 2 && spared === undefined) return undefined;
  const candidates = placesOf(route, facts.model ?? "");
  return { steps: [], candidates, refused: spared === undefined ? [] : [spared], notes: [] };
}

/**
 * A picker's name for a model means nothing to an upstream. Where Anthropic is alone no such name was given out here, and
 * whoever stands in Anthropic's place may know what it means.
 */
function withRealName(
  routed: Result<Route, GatewayError>,
  { call, facts: { wrapped, model }, identity }: Question,
  house: House,
): Result<Route, GatewayError> {
  if (!routed.ok) return routed;
  const anthropic = model === undefined ? undefined : call.dialect.anthropicName?.(model);
  if (anthropic !== undefined) return withName(routed.value, anthropic);
  if (wrapped === undefined) return routed;
  if (othersInUse(house, identity.organisation).length === 0) return routed;
  return withName(routed.value, model);
}

function withName([first, ...rest]: Route, model: string | undefined): Result<Route, GatewayError> {
  const named = (candidate: Candidate) => ({ ...candidate, model: candidate.model ?? model });
  return ok([named(first), ...rest.map(named)]);
}

/** A plan that is nearly full is better than a place where the content may not be. */
function decideForSession(
  question: Question,
  house: House,
  settings: ExchangeSettings,
  dispatched: Dispatched,
): Decision {
  const decided = decideOne(question, house, { ...settings, dispatch: undefined });
  return { ...decided, dispatched: sparesNothing(dispatched) };
}

/** Where a rule depends on a member, two servers must not read different ones (design R11). */
function refusedBody(
  { identity, asked, facts }: Question,
  { residency }: ExchangeSettings,
  candidates: readonly Candidate[],
): GatewayError | undefined {
  const [first] = facts.duplicates;
  if (first === undefined) return undefined;
  const mayCost = candidates.some(({ credential }) => credential.kind === "stored");
  const isRuled =
    identity.key !== undefined ||
    mayCost ||
    asked.dataPolicies.length > 0 ||
    residency.policy !== undefined;
  if (!isRuled) return undefined;
  return gatewayError("ambiguous_body", `The body has "${first}" more than once; send it once`);
}

/** Nobody knows whose model is asked for, and a rule or the way depends on it. */
function refusedReading({ call, identity, facts, body }: Question): GatewayError | undefined {
  if (body.kind !== "held" || body.plain.ok || facts.model !== undefined) return undefined;
  const isRuled = (identity.key?.settings.models ?? []).length > 0;
  return isRuled || call.dialect.usualProvider !== undefined ? body.plain.error : undefined;
}

function errorOf(routed: Result<Route, GatewayError>): GatewayError | undefined {
  return routed.ok ? undefined : routed.error;
}
