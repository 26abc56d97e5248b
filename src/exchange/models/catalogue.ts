import type { ExchangeSettings, House } from "../house.ts";
import { allModels } from "./all-models.ts";
import { type CataloguedModel, deploymentOf, describe, type Troubles } from "./describe-model.ts";

type Keeper = Pick<House, "deployment" | "providers" | "vault" | "providerLists">;

/** What an organisation can ask for. */
export interface CatalogueView {
  readonly models: readonly CataloguedModel[];
  /** Providers that did not say what they have. */
  readonly unavailable: readonly string[];
}

/** Describes every model that an organisation can ask for; its providers are asked as for a list. */
export async function readCatalogue(
  keeper: Keeper,
  organisation: string,
  settings: ExchangeSettings,
  troubles: Troubles,
): Promise<CatalogueView> {
  const { models, unavailable } = await allModels(keeper, organisation, settings.models);
  const described = models.flatMap((listed) => {
    const deployment = deploymentOf(listed.provider, keeper);
    return deployment === undefined ? [] : [describe(listed, deployment, settings, troubles)];
  });
  return { models: described, unavailable };
}
