import { parseUsd } from "../base/money.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { isLoopbackHost } from "../config/fields.ts";
import type { Environment } from "../config/inputs.ts";
import { readCap } from "../config/pay-section.ts";
import type { Config } from "../config/schema.ts";
import type {
  AffinitySettings,
  DispatchSettings,
  ExchangeSettings,
  FailureSettings,
  PaySettings,
  ResidencySettings,
} from "../exchange/house.ts";
import { allowedHosts, type GuardPolicy } from "../listener/guard.ts";
import { makeCatalogue, toDisplayCurrency } from "../metering/index.ts";
import { type Endpoint, readDataPolicy, toEndpoints } from "../policy/residency/index.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { toListSettings } from "./list-settings.ts";
import { toRouting } from "./routing.ts";
import { toRules } from "./rules.ts";

/** The parts of a configuration that change while running. */
export interface Generation {
  readonly config: Config;
  readonly settings: ExchangeSettings;
  readonly policy: GuardPolicy;
}

/** Builds what follows from a configuration; fails with what is wrong in it, and nothing has changed then. */
export function toGeneration(config: Config, env: Environment): Result<Generation, string> {
  const catalogue = makeCatalogue(config.prices, undefined, {
    fees: feesOf(config),
    resells: (kind) => PROVIDERS.get(kind)?.resells,
  });
  if (!catalogue.ok) return fail(`prices: ${catalogue.error}`);
  const currency = toDisplayCurrency(config.currency);
  if (!currency.ok) return fail(`currency: ${currency.error}`);
  const residency = toResidency(config);
  if (!residency.ok) return residency;
  const dispatch = toDispatch(config);
  if (!dispatch.ok) return dispatch;
  const routing = toRouting(config);
  if (!routing.ok) return routing;
  const rules = toRules(config);
  if (!rules.ok) return rules;
  return ok({
    config,
    settings: {
      limits: { bodyBytes: config.limits.body, heldBytes: config.limits.heldBytes },
      abortedReadMs: config.timeouts.abortedRead,
      catalogue: catalogue.value,
      currency: currency.value,
      timeZone: config.timeZone,
      authRequired: config.auth.required,
      pay: toPay(config),
      residency: residency.value,
      models: toListSettings(config, env, residency.value),
      failures: toFailures(config),
      affinity: toAffinity(config),
      dispatch: dispatch.value,
      routing: routing.value,
      rules: rules.value,
    },
    policy: {
      hosts: allowedHosts(config.listener.bind, config.listener.hosts),
      maxHeaderFields: config.limits.headers,
    },
  });
}

/** Of providers that take one, in hundredths of a percent. */
function feesOf({ providers }: Config): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(providers).flatMap(([id, { fee }]) =>
      fee === undefined ? [] : [[id, Math.round(Number(fee.slice(0, -1)) * 100)] as const],
    ),
  );
}

function toPay({ auth, budgets, currency, listener, overflow, timeZone }: Config): PaySettings {
  const cap = readCap(overflow.budget);
  if (cap === undefined) throw new Error("a budget that the schema let through");
  return {
    mode: overflow.mode,
    spillOn: overflow.on,
    memory: overflow.memory === "on",
    retrySessionMs: overflow.retrySession,
    cap: { ...cap, currency: overflow.currency, timeZone },
    allowUnpriced: budgets.allowUnpriced,
    rates: currency.rates,
    injects: auth.required || isLoopbackHost(listener.bind),
  };
}

function toFailures({ routing: { hold, slowStart, retry, health } }: Config): FailureSettings {
  return {
    holdMs: hold,
    slowStartMs: slowStart.firstToken === 0 ? undefined : slowStart.firstToken,
    repetitions: retry.repetitions,
    waitMs: retry.wait,
    health: {
      failures: health.failures,
      pauseMs: health.pause,
      cooldownMs: health.cooldown,
      deadKeyMs: health.deadKey,
    },
  };
}

function toAffinity({ routing: { affinity } }: Config): AffinitySettings | undefined {
  if (affinity.mode === "off") return undefined;
  const worth = parseUsd(affinity.worth);
  if (!worth.ok) throw new Error("an amount that the schema let through");
  return { waitMs: affinity.wait, worthNano: worth.value };
}

/** Undefined where no request's way depends on its model or on how full its account is. */
function toDispatch(config: Config): Result<DispatchSettings | undefined, string> {
  const { redirect, providers } = config;
  const { to, foreign, models } = redirect;
  for (const [field, id] of Object.entries({ to, foreign })) {
    if (id === undefined || Object.hasOwn(providers, id) || PROVIDERS.has(id)) continue;
    return fail(`redirect.${field}: there is no provider "${id}"`);
  }
  const claims = Object.entries(providers).some(
    ([id, { kind = id }]) => PROVIDERS.get(kind)?.claims !== undefined,
  );
  if (to === undefined && foreign === undefined && !claims) return ok(undefined);
  // Where no stored key is used nobody else could answer, so the session goes on.
  return ok({ to: toPay(config).injects ? to : undefined, foreign, models });
}

function toResidency({ residency }: Config): Result<ResidencySettings, string> {
  const { policy: text, endpoints } = residency;
  const policy = text === undefined ? undefined : readDataPolicy(text);
  if (policy?.ok === false) return fail(`residency.policy: ${policy.error.message}`);
  const vouched: Endpoint[] = [];
  for (const [i, { url, as, ...rest }] of endpoints.entries()) {
    const { origin } = new URL(url);
    const said = as.kind === "same" ? { kind: as.kind, origin: new URL(as.url).origin } : as;
    const rows = toEndpoints({ origin, ...rest, as: said });
    if (!rows.ok) return fail(`residency.endpoints.${i}: ${rows.error}`);
    vouched.push(...rows.value);
  }
  return ok({ policy: policy?.value, endpoints: vouched });
}
