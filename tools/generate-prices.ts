import { readFileSync } from "node:fs";
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelPrice,
} from "@pydantic/genai-prices";
import { priceName } from "../src/metering/model-id.ts";
import { OWN_PRICES } from "../src/metering/own-prices.ts";
import type { ListedPrice, UsdPrices } from "../src/metering/price.ts";

/** A file that is made from other sources, with the content that it should have. */
export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly content: string;
}

const PACKAGE = "@pydantic/genai-prices";
const PACKAGE_FILE = new URL(`../node_modules/${PACKAGE}/package.json`, import.meta.url);

/**
 * Extracts the Anthropic prices that our own list does not have from the price package.
 *
 * The package itself is 830 KB of code and data and has no place in a running gateway.
 */
export function generate(): readonly GeneratedFile[] {
  const prices = listedPrices();
  const content = [
    `// Generated from ${PACKAGE} by tools/generate-prices.ts; do not edit.`,
    'import type { PriceList } from "./price.ts";',
    "",
    "/** Prices of models that our own list does not have. */",
    "export const GENERATED_PRICES: PriceList = {",
    `  version: ${JSON.stringify(`genai-prices-${packageVersion()}`)},`,
    "  prices: [",
    ...prices.map((price) => `    ${JSON.stringify(price)},`),
    "  ],",
    "};",
    "",
  ].join("\n");
  return [{ path: "src/metering/genai-prices.generated.ts", content }];
}

function listedPrices(): readonly ListedPrice[] {
  const provider = findProvider({ providerId: "anthropic" });
  if (provider === undefined) throw new Error(`${PACKAGE} has no provider "anthropic"`);
  const source = provider.pricing_urls?.[0] ?? PACKAGE;
  const known = new Set(OWN_PRICES.prices.map(({ model }) => priceName(model)));
  return provider.models.flatMap((model): readonly ListedPrice[] => {
    if (known.has(priceName(model.id))) return [];
    const newest = newestPrices(model.prices);
    const base = toUsd(newest, "base");
    if (base === undefined) return [];
    const longPrompt = longPromptOf(newest);
    const names = [model.id, ...exactNames(model.match)].map(priceName);
    return [...new Set(names)]
      .filter((name) => /^claude-[a-z0-9-]*[a-z0-9]$/.test(name) && !known.has(name))
      .map((name) => ({
        model: name,
        usd: base,
        ...(longPrompt === undefined ? {} : { longPrompt }),
        source,
        date: `${PACKAGE}@${packageVersion()}`,
      }));
  });
}

/** Only names: a pattern such as "starts with claude-sonnet-5" would also price the models that come after it. */
function exactNames(match: MatchLogic): readonly string[] {
  if ("or" in match) return match.or.flatMap(exactNames);
  if ("equals" in match) return [match.equals];
  if ("starts_with" in match)
    return /-20[0-9]{2}$/.test(match.starts_with) ? [] : [match.starts_with];
  return [];
}

/** The conditions are start dates, oldest first. */
function newestPrices(prices: readonly ConditionalPrice[] | ModelPrice): ModelPrice {
  if (!isConditional(prices)) return prices;
  const newest = prices.at(-1)?.prices;
  if (newest === undefined) throw new Error("a model without prices");
  return newest;
}

function isConditional(
  prices: readonly ConditionalPrice[] | ModelPrice,
): prices is readonly ConditionalPrice[] {
  return Array.isArray(prices);
}

function longPromptOf(prices: ModelPrice): ListedPrice["longPrompt"] {
  const input = prices["input_mtok"];
  const tier = typeof input === "object" ? input.tiers[0] : undefined;
  const usd = tier && toUsd(prices, "tier");
  return tier && usd && { aboveTokens: tier.start, usd };
}

function toUsd(prices: ModelPrice, band: "base" | "tier"): UsdPrices | undefined {
  const read = (key: string): string | undefined => {
    const price = prices[key];
    if (price === undefined || typeof price === "number") return decimal(price);
    return decimal(band === "base" ? price.base : price.tiers[0]?.price);
  };
  const input = read("input_mtok");
  const output = read("output_mtok");
  if (input === undefined || output === undefined) return undefined;
  const optional = {
    cacheRead: read("cache_read_mtok"),
    cacheWrite5m: read("cache_write_mtok"),
    cacheWrite1h: read("cache_write_1h_mtok"),
    webSearch: read("web_searches_kcount"),
  };
  return { input, output, ...optional };
}

function decimal(price: number | undefined): string | undefined {
  if (price === undefined) return undefined;
  const text = String(price);
  if (!/^[0-9]+(\.[0-9]+)?$/.test(text)) throw new Error(`not a plain decimal price: ${text}`);
  return text;
}

function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(PACKAGE_FILE, "utf8"));
  const version =
    typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "version") : undefined;
  if (typeof version !== "string") throw new Error(`${PACKAGE} has no version`);
  return version;
}
