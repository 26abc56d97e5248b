import { type GatewayError, gatewayError } from "../../base/errors.ts";
import { fail, type Result } from "../../base/result.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import { type Redirected, reasonOf } from "../../quota/redirects.ts";
import { type Dispatch, dispatch, modelClassOf } from "../../routing/dispatch.ts";
import { type AskedAs, providerRoute } from "../../routing/provider-route.ts";
import type { Provider } from "../../routing/providers.ts";
import type { Route } from "../../routing/route.ts";
import type { RouteRefusal } from "../../store/route-record.ts";
import type { DispatchSettings, ExchangeSettings, House } from "../house.ts";
import type { Question } from "../question.ts";
import { keysAt } from "./provider-keys.ts";

/** Where a request goes that names no provider, and the session that is spared by it. */
export interface Dispatched extends Dispatch {
  /** The provider that is asked instead of Anthropic. */
  readonly elsewhere: Provider | undefined;
  readonly redirected: Redirected | undefined;
}

/** Looks at the model and at how full the account is. `pays` says whether it is the caller's session that would be used. */
export function dispatchRequest(
  { call, identity, facts }: Question,
  pays: boolean,
  house: House,
  { to, foreign }: DispatchSettings,
): Dispatched {
  const { principal, account } = identity;
  // What a client asks to see its limits tells them to us as well.
  const maySpare = pays && account !== undefined && facts.isQuotaProbe !== true;
  const redirected =
    to !== undefined && maySpare ? house.redirects.check({ principal, account }) : undefined;
  const has = { redirect: to !== undefined, foreign: foreign !== undefined };
  const isOwn = call.dialect.id === ANTHROPIC;
  const found = dispatch({
    model: modelClassOf(facts.model),
    isRedirected: redirected !== undefined,
    // Clients of other dialects have a provider of their own for what is not Claude's.
    has: { ...has, foreign: has.foreign && isOwn },
  });
  const id = { anthropic: undefined, redirect: to, foreign }[found.to];
  const elsewhere = id === undefined ? undefined : house.providers.get(id);
  return { ...found, elsewhere, redirected: found.to === "redirect" ? redirected : undefined };
}

/** The one candidate for a request that does not go to Anthropic. */
export function routeElsewhere(
  question: Question,
  { substitute, reason, redirected }: Dispatched,
  elsewhere: Provider,
  house: House,
  { pay, dispatch: settings }: ExchangeSettings,
): Result<Route, GatewayError> {
  const { identity, facts } = question;
  const model =
    substitute === undefined ? withoutWindow(facts.model) : settings?.models[substitute];
  if (model === "") return fail(noSubstitute(substitute ?? "", elsewhere));
  const as: AskedAs =
    redirected === undefined
      ? { model, countsByBytes: true, mode: "byok", reason }
      : {
          model,
          namesItself: true,
          countsByBytes: true,
          mode: "fallback",
          reason: `${reason}: the plan is nearly full (${reasonOf(redirected)})`,
        };
  return providerRoute({
    target: elsewhere,
    as,
    organisation: identity.organisation,
    caller: { own: identity.own.class, hasKey: identity.key !== undefined },
    keys: keysAt(elsewhere, question, house),
    injects: pay.injects,
  });
}

/** The session that would have been asked, for the record; undefined: none was spared. */
export function sparedSession(
  { redirected }: Dispatched,
  { facts }: Question,
  house: Pick<House, "deployment">,
): RouteRefusal | undefined {
  if (redirected === undefined) return undefined;
  return {
    name: `${house.deployment.provider}/${facts.model ?? ""}`,
    pays: "session",
    reason: `the plan is nearly full (${reasonOf(redirected)})`,
    code: "nearly_full",
  };
}

/** The request is Anthropic's after all. */
export function sparesNothing(dispatched: Dispatched): Dispatched {
  const usual = dispatch({ model: "claude", isRedirected: false, has: NOBODY });
  return { ...dispatched, ...usual, elsewhere: undefined, redirected: undefined };
}

const NOBODY = { redirect: false, foreign: false };

/** `[1m]` means something to Anthropic's own clients only (req:C-13); undefined: the name goes as it came. */
function withoutWindow(model: string | undefined): string | undefined {
  return model !== undefined && /\[1m\]$/i.test(model) ? model.slice(0, -"[1m]".length) : undefined;
}

function noSubstitute(tier: string, { deployment }: Provider): GatewayError {
  return gatewayError(
    "no_substitute",
    `The plan is nearly full, and ${tier} models have no substitute at ${deployment.provider}: redirect.models.${tier} (LITELLM_FALLBACK_${tier.toUpperCase()}) is empty. Name one, or wait until the plan has room`,
  );
}
