import { stockEntries } from "../base/picker-id.ts";
import { ANTHROPIC } from "../canonical/index.ts";
import type { Environment } from "../config/inputs.ts";
import type { Config } from "../config/schema.ts";
import type { ResidencySettings } from "../exchange/house.ts";
import type { ListSettings } from "../exchange/models/listed-model.ts";
import { couldSatisfy } from "../policy/residency/index.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";

/**
 * How models are listed. Whoever comes from claude-router, as its variables tell, finds the names that they know: its
 * prefix, and the models of its providers without the provider in front.
 */
export function toListSettings(
  { models, routing }: Config,
  env: Environment,
  { policy, endpoints }: ResidencySettings,
): ListSettings {
  const policies = policy === undefined ? [] : [policy];
  const routed = [...PROVIDERS].filter(([, { routerVariable }]) => env[routerVariable ?? ""]);
  return {
    picker: {
      prefix: routed.length > 0 ? "claude-router-" : "claude-spillway-",
      oneMillion: models.oneMillion,
    },
    bare: new Set(routed.map(([id]) => id)),
    mayAsk: ({ origin }) => couldSatisfy({ origin, policies, endpoints }),
    ownFacts: new Map(
      Object.entries(models.catalog).map(([id, { context, output, answers, ...abilities }]) => [
        id,
        { contextTokens: context, outputTokens: output, output: answers, ...abilities },
      ]),
    ),
    given: [...Object.keys(routing.aliases), ...Object.keys(routing.models)],
    stock: stockEntries(models.stock, models.stockOneMillion).map(({ id, displayName }) => ({
      id,
      provider: ANTHROPIC,
      displayName,
      createdAt: undefined,
    })),
  };
}
