import { type GatewayError, gatewayError } from "../base/errors.ts";
import { ok, type Result } from "../base/result.ts";
import { allowsModel } from "../policy/access/index.ts";
import { decideResidency, readDataPolicy } from "../policy/residency/index.ts";
import type { Candidate, UpstreamMode } from "../routing/candidate.ts";
import type { Deployment } from "../routing/deployment.ts";
import { placesOf } from "../routing/explain/place.ts";
import { listRoute } from "../routing/list-route.ts";
import type { Route } from "../routing/route.ts";
import type { PayMode } from "../store/key-record.ts";
import type { RouteRecord } from "../store/route-record.ts";
import { choose } from "./choose.ts";
import { WITH_MODEL } from "./facts.ts";
import type { ExchangeSettings, House } from "./house.ts";
import { isMerged } from "./models/merged-list.ts";
import { othersInUse } from "./models/other-models.ts";
import type { Question } from "./question.ts";
import { type Dispatched, sparesNothing } from "./redirecting.ts";

/** What is to become of a request, and why. */
export interface Decision {
  /** Undefined: a policy refused. */
  readonly route: Route | undefined;
  readonly refusal: GatewayError | undefined;
  /** Where it goes, or would have gone. */
  readonly deployment: Deployment;
  /** Of the first candidate, or the mode that would have been used (req:C-34). */
  readonly mode: UpstreamMode;
  /** Undefined where nothing is processed, such as a list of models. */
  readonly residency: string | undefined;
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
  const { payMode, routed: chosen, deployment, dispatched } = choose(question, house, settings);
  const isMergedList = isMerged(question, house);
  const routed = isMergedList
    ? listRoute(chosen, deployment, MODE_LABELS[payMode])
    : withRealName(chosen, question, house);
  const residency = judgeResidency(question, deployment.origin, settings);
  if (residency?.error !== undefined && dispatched?.redirected !== undefined) {
    return decideForSession(question, house, settings, dispatched);
  }
  const mode = routed.ok ? routed.value[0].mode : MODE_LABELS[payMode];
  const refusal =
    residency?.error ??
    refusedBody(question, settings, routed) ??
    refusedReading(question) ??
    refusedModel(question) ??
    refusedOperation(question, deployment) ??
    errorOf(routed);
  return {
    route: refusal === undefined && routed.ok ? routed.value : undefined,
    refusal,
    deployment,
    mode,
    residency: residency?.text,
    isMergedList,
    dispatched,
    record: recordOf(question, routed),
  };
}

function recordOf(
  { facts }: Question,
  routed: Result<Route, GatewayError>,
): RouteRecord | undefined {
  if (!routed.ok || routed.value.length < 2) return undefined;
  const candidates = placesOf(routed.value, facts.model ?? "");
  return { steps: [], candidates, refused: [], notes: [] };
}

/**
 * A picker's name for a model means nothing to an upstream. Where Anthropic is alone no such name was given out here, and
 * whoever stands in Anthropic's place may know what it means.
 */
function withRealName(
  routed: Result<Route, GatewayError>,
  { facts: { wrapped, model }, identity }: Question,
  house: House,
): Result<Route, GatewayError> {
  if (!routed.ok || wrapped === undefined) return routed;
  if (othersInUse(house, identity.organisation).length === 0) return routed;
  const [first, ...rest] = routed.value;
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
  const decided = decide(question, house, { ...settings, dispatch: undefined });
  return { ...decided, dispatched: sparesNothing(dispatched) };
}

/** Every request that carries content is judged, whoever pays for it (design R17). */
function judgeResidency(
  { call, identity, asked, facts }: Question,
  origin: string,
  { residency }: ExchangeSettings,
) {
  const carriesContent = call.operation !== "models" && call.operation !== "probe";
  if (!carriesContent) return undefined;
  const named = identity.key?.settings.dataPolicy;
  const ofKey = named === undefined ? undefined : readDataPolicy(named);
  // A key whose policy is not understood any more goes nowhere.
  if (ofKey?.ok === false) return { error: ofKey.error, text: `${named} is not known` };
  const policies = [...asked.dataPolicies, ofKey?.value, residency.policy];
  return decideResidency({
    policies: policies.filter((policy) => policy !== undefined),
    origin,
    inferenceGeo: facts.inferenceGeo,
    endpoints: residency.endpoints,
  });
}

/** Why a request's searches must not go to another origin, of which it says nothing itself; undefined: they may. */
export function refuseSearch(
  question: Question,
  origin: string,
  settings: ExchangeSettings,
): GatewayError | undefined {
  const { inferenceGeo: _, ...facts } = question.facts;
  const refused = judgeResidency({ ...question, facts }, origin, settings)?.error;
  return (
    refused && gatewayError(refused.code, `Web search is another provider's. ${refused.message}`)
  );
}

/** Where a rule depends on a member, two servers must not read different ones (design R11). */
function refusedBody(
  { identity, asked, facts }: Question,
  { residency }: ExchangeSettings,
  routed: Result<Route, GatewayError>,
): GatewayError | undefined {
  const [first] = facts.duplicates;
  if (first === undefined) return undefined;
  const mayCost = routed.ok && routed.value.some(({ credential }) => credential.kind === "stored");
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

function refusedModel({ call, identity, facts }: Question): GatewayError | undefined {
  const models = identity.key?.settings.models ?? [];
  if (models.length === 0) return undefined;
  const list = models.join(", ");
  if (call.operation === "batches" && call.request.method === "POST") {
    return gatewayError(
      "model_not_allowed",
      `This key is for ${list} only, which cannot be checked for a batch`,
    );
  }
  if (!WITH_MODEL.has(call.operation) || allowsModel(models, facts.model)) return undefined;
  const asked = facts.model === undefined ? "The request names no model" : "This model is not one";
  return gatewayError("model_not_allowed", `${asked} that this key allows: ${list}`);
}

/** Embeddings are passed on as they come, so they go where that dialect is spoken. */
function refusedOperation(
  { call, facts: { model = "" } }: Question,
  deployment: Deployment,
): GatewayError | undefined {
  if (call.operation !== "embeddings") return undefined;
  const { provider } = deployment;
  const name = model.slice(model.startsWith(`${provider}/`) ? provider.length + 1 : 0);
  if (deployment.dialectFor(name).id.startsWith("openai-")) return undefined;
  return gatewayError(
    "operation_not_supported",
    `There are no embeddings by this dialect at ${provider}. Name a model of a provider that has them, such as openai/text-embedding-3-small`,
  );
}

function errorOf(routed: Result<Route, GatewayError>): GatewayError | undefined {
  return routed.ok ? undefined : routed.error;
}
