import { type GatewayError, gatewayError } from "../base/errors.ts";
import { ok, type Result } from "../base/result.ts";
import { ANTHROPIC } from "../canonical/index.ts";
import type { Identity } from "../identity/principal.ts";
import { allowsModel } from "../policy/access/index.ts";
import { decideResidency, readDataPolicy } from "../policy/residency/index.ts";
import type { Candidate, UpstreamMode } from "../routing/candidate.ts";
import type { Deployment } from "../routing/deployment.ts";
import { listRoute } from "../routing/list-route.ts";
import { payModeOf } from "../routing/pay-mode.ts";
import { byName, providerRoute } from "../routing/provider-route.ts";
import type { ProviderModel } from "../routing/providers.ts";
import { type Route, type RouteRequest, route } from "../routing/route.ts";
import type { PayMode } from "../store/key-record.ts";
import type { Asked } from "./asked.ts";
import type { RequestBody } from "./body.ts";
import type { ClientCall, Operation } from "./call.ts";
import { type Facts, WITH_MODEL } from "./facts.ts";
import type { ExchangeSettings, House } from "./house.ts";
import { isMerged } from "./models/merged-list.ts";
import { othersInUse } from "./models/other-models.ts";
import { type Dispatched, dispatchRequest, routeElsewhere } from "./redirecting.ts";
import { shownTime } from "./shown-time.ts";

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
}

/** A request about to be decided. */
export interface Question {
  readonly call: ClientCall;
  readonly identity: Identity;
  readonly asked: Asked;
  readonly facts: Facts;
  readonly body: RequestBody;
}

/** Operations that a stored key is used for (design R4). */
const INJECTED: ReadonlySet<Operation> = new Set(["messages", "count_tokens", "models"]);
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
  };
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

interface Choice {
  readonly payMode: PayMode;
  readonly routed: Result<Route, GatewayError>;
  readonly deployment: Deployment;
  readonly dispatched?: Dispatched;
}

/** A model of another provider is asked for by its name; everything else goes to Anthropic. */
function choose(question: Question, house: House, settings: ExchangeSettings): Choice {
  const { call } = question;
  const target = WITH_MODEL.has(call.operation) ? findProvider(question, house) : undefined;
  return target === undefined
    ? chooseAnthropic(question, house, settings)
    : chooseProvider(question, target, house, settings);
}

/** A client of another dialect means its own provider's models where it names no other, and no model of Anthropic's. */
function findProvider(question: Question, house: House): ProviderModel | undefined {
  const { call, facts } = question;
  const { model } = facts;
  const named = house.providers.find(model);
  if (call.dialect.id === ANTHROPIC) return named && inUse(named, question, house);
  const { usualProvider } = call.dialect;
  if (named !== undefined || usualProvider === undefined || model === undefined) return named;
  return model.includes("claude") ? undefined : house.providers.find(`${usualProvider}/${model}`);
}

/** Anthropic has the last word on a name that nobody here gave a meaning. */
function inUse(
  named: ProviderModel,
  { identity }: Question,
  { vault }: House,
): ProviderModel | undefined {
  const { isConfigured, deployment } = named;
  const isKeyed = vault.find(identity.organisation, deployment.provider) !== undefined;
  return isConfigured || isKeyed ? named : undefined;
}

function chooseProvider(
  { identity }: Question,
  target: ProviderModel,
  { vault }: House,
  { pay }: ExchangeSettings,
): Choice {
  const { deployment } = target;
  const routed = providerRoute({
    target,
    as: byName(target),
    organisation: identity.organisation,
    caller: { own: identity.own.class, hasKey: identity.key !== undefined },
    stored: vault.find(identity.organisation, deployment.provider),
    injects: pay.injects,
  });
  return { payMode: "inject", routed, deployment };
}

function chooseAnthropic(question: Question, house: House, settings: ExchangeSettings): Choice {
  const { call, identity, asked, facts, body } = question;
  const { pay } = settings;
  const hasKey = identity.key !== undefined;
  const isInjected = INJECTED.has(call.operation);
  const found = isInjected
    ? house.vault.find(identity.organisation, house.deployment.provider)
    : undefined;
  const stored = pay.injects ? found : undefined;
  const payMode = payModeOf({
    asksOverflow: asked.overflow,
    key: identity.key?.settings.mode,
    config: pay.mode,
    stored,
    hasKey,
  });
  const dispatched =
    settings.dispatch === undefined || !WITH_MODEL.has(call.operation)
      ? undefined
      : dispatchRequest(
          question,
          spendsSession(question, payMode, stored),
          house,
          settings.dispatch,
        );
  if (dispatched?.elsewhere !== undefined) {
    const { elsewhere } = dispatched;
    const routed = routeElsewhere(question, dispatched, elsewhere, house, settings);
    return { payMode, routed, deployment: elsewhere.deployment, dispatched };
  }
  const canSpill = facts.isQuotaProbe !== true && body.kind !== "stream";
  const full =
    payMode === "overflow" && stored !== undefined && canSpill && pay.memory
      ? knownFull(question, house, settings)
      : undefined;
  const routed = route({
    caller: {
      principal: identity.principal,
      ...ownFor(question),
      hasKey,
      isForeign: call.dialect.id !== ANTHROPIC,
    },
    mode: payMode,
    stored,
    storedUnusable:
      found !== undefined && stored === undefined
        ? "this gateway listens beyond this machine without auth.required, so stored keys are not used"
        : undefined,
    ownOnly: !isInjected,
    canSpill,
    fullUntil: full === undefined ? undefined : shownTime(full.resetsAtMs, settings.timeZone),
    deployment: house.deployment,
  });
  return {
    payMode,
    routed,
    deployment: house.deployment,
    ...(dispatched === undefined ? {} : { dispatched }),
  };
}

/** Whether it is the caller's own plan that a request uses up, be it with an overflow behind it (design R2). */
function spendsSession(
  { identity }: Question,
  payMode: PayMode,
  stored: object | undefined,
): boolean {
  const isInjected = payMode === "inject" && stored !== undefined && identity.key !== undefined;
  return identity.own.class === "subscription" && !isInjected;
}

/** What a client of another dialect sends as its key is for another provider, unless its shape says that it is Anthropic's. */
function ownFor({ call, identity }: Question): Pick<RouteRequest["caller"], "own" | "secret"> {
  const { own } = identity;
  const isForAnthropic = own.class === "subscription" || own.class === "api_key";
  if (call.dialect.id !== ANTHROPIC && !isForAnthropic) return { own: "none" };
  return { own: own.class, secret: own.secret };
}

function knownFull({ identity, facts }: Question, house: House, { pay }: ExchangeSettings) {
  const { principal, account, own } = identity;
  if (account === undefined || own.class !== "subscription") return undefined;
  return house.fullSessions.find({ principal, account }, facts.model, {
    nowMs: house.clock.now(),
    retryMs: pay.retrySessionMs,
  });
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
  routed: ReturnType<typeof route>,
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

function errorOf(routed: ReturnType<typeof route>): GatewayError | undefined {
  return routed.ok ? undefined : routed.error;
}
