export {
  type Catalogue,
  type ModelPrices,
  makeCatalogue,
  type SaleSettings,
  type Seller,
} from "./catalogue.ts";
export { BATCH_PERCENT, type Cost, type CostLine, type PriceTerms, priceUsage } from "./cost.ts";
export { type DisplayCurrency, showCost, toDisplayCurrency, US_DOLLAR } from "./currency.ts";
export { type MeterContext, type Metered, meter, type UsageSource } from "./meter.ts";
export type { PriceOverride } from "./overrides.ts";
export { KNOWN_CLAUDE_MODELS } from "./own-prices.ts";
export type { PriceEntry } from "./price-entry.ts";
export { sumTokens, type TokenSums, type Units, type Usage, type UsageEntry } from "./units.ts";
export { toUsage, type UsageModels } from "./usage.ts";
export { type Prospect, worstCase } from "./worst-case.ts";
