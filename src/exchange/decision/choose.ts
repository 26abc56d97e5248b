import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, ok, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { Deployment } from "../../routing/deployment.ts";
import { withSpares } from "../../routing/key-pool.ts";
import { payModeOf } from "../../routing/pay-mode.ts";
import { byName, providerRoute } from "../../routing/provider-route.ts";
import type { ProviderModel } from "../../routing/providers.ts";
import { type Route, type RouteRequest, route } from "../../routing/route.ts";
import type { Target } from "../../routing/target.ts";
import type { PayMode } from "../../store/key-record.ts";
import type { Operation } from "../call.ts";
import type { ClientDialect } from "../dialect.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { WITH_MODEL } from "../request/facts.ts";
import { shownTime } from "../shown-time.ts";
import { knownFull } from "./known-full.ts";
import { keysAt } from "./provider-keys.ts";
import { type Dispatched, dispatchRequest, routeElsewhere } from "./redirecting.ts";

/** Operations that a stored key is used for (design R4). */
const INJECTED: ReadonlySet<Operation> = new Set(["messages", "count_tokens", "models"]);

/** Who would answer a request, and who would pay. */
export interface Choice {
  readonly payMode: PayMode;
  readonly routed: Result<Route, GatewayError>;
  readonly deployment: Deployment;
  readonly dispatched?: Dispatched;
}

/** A model of another provider is asked for by its name; everything else goes to Anthropic, or where it is dispatched to. */
export function choose(question: Question, house: House, settings: ExchangeSettings): Choice {
  const { call } = question;
  const target = WITH_MODEL.has(call.operation) ? findProvider(question, house) : undefined;
  return target === undefined
    ? chooseAnthropic(question, house, settings)
    : chooseProvider(question, target, house, settings);
}

/** Who would answer in the place of one target of a name, which is asked for as if it stood in the request. */
export function chooseTarget(
  question: Question,
  target: Target,
  house: House,
  settings: ExchangeSettings,
): Choice {
  const { model, pays, key } = target;
  const asked = { ...question, facts: { ...question.facts, model } };
  const named = providerOfTarget(question, target, house);
  if (named !== undefined) return chooseProvider(asked, named, house, settings, key);
  if (pays === "key") return chooseKey(asked, house, settings, key);
  if (pays === "session" && question.identity.own.class !== "subscription") {
    const routed = fail(NO_SESSION);
    return { payMode: "session", routed, deployment: house.deployment };
  }
  return chooseAnthropic(asked, house, settings, pays);
}

/** Another provider than Anthropic; what the client wrote itself is read as it always is. */
export function providerOfTarget(
  question: Question,
  { model }: Target,
  house: House,
): ProviderModel | undefined {
  return model === question.facts.model
    ? findProvider(question, house)
    : house.providers.find(model);
}

/** A client of another dialect means its own provider's models where it names no other, and no model of Anthropic's. */
export function findProvider(question: Question, house: House): ProviderModel | undefined {
  const { call, facts } = question;
  const { model } = facts;
  const { usualProvider } = call.dialect;
  const named = house.providers.find(model);
  const isUsual = named === undefined && usualProvider !== undefined && model !== undefined;
  const usual = isUsual ? house.providers.find(`${usualProvider}/${model}`) : undefined;
  if (call.dialect.id !== ANTHROPIC) {
    return named ?? (model?.includes("claude") === true ? undefined : usual);
  }
  const target = named ?? usual;
  return target && inUse(target, question, house);
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
  question: Question,
  target: ProviderModel,
  house: House,
  { pay }: ExchangeSettings,
  key?: string,
): Choice {
  const { identity } = question;
  const { deployment } = target;
  const routed = providerRoute({
    target,
    as: byName(target),
    organisation: identity.organisation,
    caller: { own: identity.own.class, hasKey: identity.key !== undefined },
    keys: keysAt(target, question, house, key),
    injects: pay.injects,
  });
  return { payMode: "inject", routed, deployment };
}

/** Anthropic, paid by a key whatever the caller brought. */
function chooseKey(
  question: Question,
  house: House,
  { pay }: ExchangeSettings,
  key: string | undefined,
): Choice {
  const { identity } = question;
  const { deployment } = house;
  const routed = providerRoute({
    target: { deployment, needsKey: true },
    as: { mode: "byok", reason: "a key pays" },
    organisation: identity.organisation,
    caller: { own: identity.own.class, hasKey: identity.key !== undefined },
    keys: keysAt({ deployment, key: undefined }, question, house, key),
    injects: pay.injects,
  });
  return { payMode: "inject", routed, deployment };
}

function chooseAnthropic(
  question: Question,
  house: House,
  settings: ExchangeSettings,
  pays?: "session",
): Choice {
  const { call, identity, asked, facts, body } = question;
  const { pay } = settings;
  const hasKey = identity.key !== undefined;
  const isInjected = INJECTED.has(call.operation);
  const { deployment, vault } = house;
  const { organisation } = identity;
  const [found, ...spares] =
    isInjected && pays === undefined ? keysAt({ deployment, key: undefined }, question, house) : [];
  const overflow = vault.find(organisation, deployment.provider)?.overflow ?? false;
  const stored =
    pay.injects && found !== undefined ? { ...found, organisation, overflow } : undefined;
  const payMode =
    pays ??
    payModeOf({
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
    payMode === "overflow" && stored !== undefined && canSpill
      ? knownFull(question, house, settings)
      : undefined;
  const routed = route({
    caller: {
      principal: identity.principal,
      ...ownFor(question),
      hasKey,
      isForeign: isElsewheres(call.dialect),
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
    deployment,
  });
  return {
    payMode,
    routed: routed.ok ? ok(withSpares(routed.value, spares, organisation)) : routed,
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

/** What a client of another dialect, or of a cloud, sends as its key is for another provider, unless its shape says that it is Anthropic's. */
function ownFor({ call, identity }: Question): Pick<RouteRequest["caller"], "own" | "secret"> {
  const { own } = identity;
  const isForAnthropic = own.class === "subscription" || own.class === "api_key";
  if (isElsewheres(call.dialect) && !isForAnthropic) return { own: "none" };
  return { own: own.class, secret: own.secret };
}

function isElsewheres({ id, isClouds }: ClientDialect): boolean {
  return id !== ANTHROPIC || isClouds === true;
}

const NO_SESSION = gatewayError(
  "credential_missing",
  "The caller brings no subscription; sign in to the client with one",
);
