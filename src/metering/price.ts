/** Decimal US dollars: for a million tokens, and for a thousand web searches. */
export interface UsdPrices {
  readonly input: string;
  readonly output: string;
  readonly cacheRead?: string | undefined;
  readonly cacheWrite5m?: string | undefined;
  readonly cacheWrite1h?: string | undefined;
  readonly webSearch?: string | undefined;
}

/** A model's price as it is written down: in our own list, in a generated one, or in the configuration. */
export interface ListedPrice {
  /** A model id; compared without release date and the like, see `plainModelId`. */
  readonly model: string;
  readonly usd: UsdPrices;
  /** A prompt above this many tokens is billed at these prices altogether, output included. */
  readonly longPrompt?: { readonly aboveTokens: number; readonly usd: UsdPrices } | undefined;
  /** Percent of every token price in fast mode; undefined when the model has none. */
  readonly fastPercent?: number | undefined;
  /** Percent of every token price by service tier; one that is not named costs what the usual one does. */
  readonly tierPercents?: Readonly<Record<string, number>> | undefined;
  /** Percent of every token price with `inference_geo: "us"`; undefined when the model has no such choice. */
  readonly usPercent?: number | undefined;
  readonly source: string;
  /** When the price was read at its source: a day, or a month where that is all that is known. */
  readonly date: string;
}

/** What one provider takes for its models. */
export interface PriceList {
  /** Names the list and its edition; part of every price version. */
  readonly version: string;
  /** Kind of provider, as `upstream/providers` names it. */
  readonly provider: string;
  readonly prices: readonly ListedPrice[];
}
