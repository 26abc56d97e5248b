import data from "./genai-prices.generated.json" with { type: "json" };
import type { ListedPrice, PriceList, UsdPrices } from "./price.ts";

/** A model in the generated file. */
export interface GeneratedModel {
  readonly model: string;
  readonly usd: UsdPrices;
  readonly longPrompt?: ListedPrice["longPrompt"];
  readonly tierPercents?: ListedPrice["tierPercents"];
}

/** The generated file: what all of a list's models have in common stands once. */
export interface GeneratedPrices {
  readonly version: string;
  readonly date: string;
  readonly lists: readonly {
    readonly provider: string;
    readonly source: string;
    readonly models: readonly GeneratedModel[];
  }[];
}

const { version, date, lists }: GeneratedPrices = data;

/** Prices of models that our own list does not have, a list for each provider. */
export const GENERATED_PRICES: readonly PriceList[] = lists.map(({ provider, source, models }) => ({
  version: `${version}/${provider}`,
  provider,
  prices: models.map((model) => ({ ...model, source, date })),
}));
