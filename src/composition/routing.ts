import { ok, type Result } from "../base/result.ts";
import type { Config } from "../config/schema.ts";
import type { RoutingSettings } from "../exchange/house.ts";
import { modelClassOf } from "../routing/dispatch.ts";
import { makeNames } from "../routing/names/names.ts";
import type { ModelHomes } from "../routing/names/rules.ts";
import { anthropic } from "../upstream/providers/anthropic/index.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";

/** The operator's names, each followed to its end. The refusal begins with the field that is wrong. */
export function toRouting(config: Config): Result<RoutingSettings, string> {
  const { aliases, tiers, models, fallbacks, unknown, header } = config.routing;
  const names = makeNames({ aliases, tiers, models, fallbacks }, homesIn(config));
  if (!names.ok) return names;
  const isUsed = [aliases, tiers, models, fallbacks].some((each) => Object.keys(each).length > 0);
  const { origin } = new URL(config.anthropic.url);
  return ok({
    names: names.value,
    isUsed,
    unknown,
    asksAnthropic: origin === anthropic.defaultBaseUrl,
    header: header === "on",
  });
}

function homesIn({ providers, redirect }: Config): ModelHomes {
  const reachable = [...PROVIDERS].filter(([, { defaultBaseUrl }]) => defaultBaseUrl !== undefined);
  const ids = [...new Set([...reachable.map(([id]) => id), ...Object.keys(providers)])];
  const claims = ids.flatMap((id) => {
    const start = PROVIDERS.get(providers[id]?.kind ?? id)?.claims;
    return start === undefined ? [] : [{ id, start }];
  });
  return {
    providers: ids,
    homeOf(model) {
      const slash = model.indexOf("/");
      const named = slash < 1 ? undefined : ids.find((id) => id === model.slice(0, slash));
      const claimed = slash < 0 ? claims.find(({ start }) => model.startsWith(start)) : undefined;
      if (named !== undefined || claimed !== undefined) return named ?? claimed?.id;
      return modelClassOf(model) === "foreign" ? redirect.foreign : anthropic.id;
    },
  };
}
