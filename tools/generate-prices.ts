import { readFileSync } from "node:fs";
import {
  type ConditionalPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type ModelPrice,
} from "@pydantic/genai-prices";
import { plainModelId } from "../src/base/model-id.ts";
import type { GeneratedModel, GeneratedPrices } from "../src/metering/generated-prices.ts";
import { OWN_PRICES } from "../src/metering/own-prices.ts";
import type { UsdPrices } from "../src/metering/price.ts";

/** A file that is made from other sources, with the content that it should have. */
export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string;
  readonly content: string;
}

const PACKAGE = "@pydantic/genai-prices";
/** Day of the list: some of its prices begin later. Goes with the package's version. */
const AS_OF = "2026-11-25";
const PACKAGE_FILE = new URL(`../node_modules/${PACKAGE}/package.json`, import.meta.url);

/** Our providers by the names that the package has for them; the others it does not price. */
const SELLERS: Readonly<Record<string, string>> = {
  anthropic: "anthropic",
  bedrock: "aws",
  cerebras: "cerebras",
  cohere: "cohere",
  deepseek: "deepseek",
  fireworks: "fireworks",
  gemini: "google",
  groq: "groq",
  minimax: "minimax",
  mistral: "mistral",
  moonshot: "moonshotai",
  openai: "openai",
  openrouter: "openrouter",
  perplexity: "perplexity",
  together: "together",
  xai: "x-ai",
  zai: "zai",
};

/**
 * What OpenAI takes for another service tier than the usual one, in percent; the first match counts. Of older models nothing
 * is said there.
 * @source https://github.com/earendil-works/pi, packages/ai/src/api/openai-responses.ts at 1.5.2, and for `priority` models.dev's
 * gpt-5.4 and gpt-5.5 at f3fc692 (read 2026-11-26)
 */
const TIERS: readonly (readonly [RegExp, Readonly<Record<string, number>>])[] = [
  [/^gpt-5-5$/, { flex: 50, priority: 250 }],
  [/^gpt-[5-9]/, { flex: 50, priority: 200 }],
];

function tiersOf(provider: string, name: string): Pick<GeneratedModel, "tierPercents"> {
  const found = provider === "openai" ? TIERS.find(([pattern]) => pattern.test(name)) : undefined;
  return found === undefined ? {} : { tierPercents: found[1] };
}

/**
 * Extracts the prices of our providers' models that our own list does not have from the price package.
 *
 * The package itself is 830 KB of code and data and has no place in a running gateway.
 */
export function generate(): readonly GeneratedFile[] {
  const version = packageVersion();
  const lists = Object.entries(SELLERS).map(([provider, id]) => listOf(provider, id));
  const prices: GeneratedPrices = {
    version: `genai-prices-${version}`,
    date: `${PACKAGE}@${version}`,
    lists,
  };
  // A line for each list and each model.
  const content = JSON.stringify(prices).replaceAll(/\{"(?:provider|model)"/g, "\n$&");
  return [{ path: "src/metering/genai-prices.generated.json", content: `${content}\n` }];
}

function listOf(provider: string, id: string): GeneratedPrices["lists"][number] {
  const seller = findProvider({ providerId: id });
  if (seller === undefined) throw new Error(`${PACKAGE} has no provider "${id}"`);
  const known = new Set(
    provider === OWN_PRICES.provider
      ? OWN_PRICES.prices.map(({ model }) => plainModelId(model))
      : [],
  );
  const models = new Map<string, GeneratedModel>();
  for (const model of seller.models) {
    const prices = readPrices(model);
    if (prices === undefined || known.has(plainModelId(model.id))) continue;
    for (const name of [model.id, ...exactNames(model.match)].map(plainModelId)) {
      if (!isModelId(name, provider) || known.has(name) || models.has(name)) continue;
      models.set(name, { model: name, ...prices, ...tiersOf(provider, name) });
    }
  }
  return { provider, source: seller.pricing_urls?.[0] ?? PACKAGE, models: [...models.values()] };
}

/** Patterns end where they are cut off; of Anthropic's only whole names are taken. */
function isModelId(name: string, provider: string): boolean {
  if (provider === "anthropic") return /^claude-[a-z0-9-]*[a-z0-9]$/.test(name);
  return /^[a-z0-9][a-z0-9._:/@-]*[a-z0-9]$/.test(name);
}

/** Only names: a pattern such as "starts with claude-sonnet-5" would also price the models that come after it. */
function exactNames(match: MatchLogic): readonly string[] {
  if ("or" in match) return match.or.flatMap(exactNames);
  if ("equals" in match) return [match.equals];
  if ("starts_with" in match)
    return /-20[0-9]{2}$/.test(match.starts_with) ? [] : [match.starts_with];
  return [];
}

/** Undefined for a price that is none for text, or that has more steps than a price has here. */
function readPrices(model: PricedModel): Omit<GeneratedModel, "model"> | undefined {
  const prices = pricesInForce(model.prices);
  if (prices === undefined || stepsOf(prices) > 1 || !answersInText(prices)) return undefined;
  const usd = toUsd(model, prices, "base");
  if (usd === undefined) return undefined;
  const input = prices["input_mtok"];
  const tier = typeof input === "object" ? input.tiers[0] : undefined;
  const long = tier && toUsd(model, prices, "tier");
  return { usd, ...(tier && long ? { longPrompt: { aboveTokens: tier.start, usd: long } } : {}) };
}

type PricedModel = Pick<ModelInfo, "id" | "prices">;

/** Those in force on the day of the list, oldest first; what depends on the hour is no price that we can bill. */
function pricesInForce(prices: PricedModel["prices"]): ModelPrice | undefined {
  if (!isConditional(prices)) return prices;
  const timed = prices.some(({ constraint }) => constraint && !("start_date" in constraint));
  if (timed) return undefined;
  return prices.findLast(({ constraint }) => hasStarted(constraint))?.prices;
}

function hasStarted(constraint: ConditionalPrice["constraint"]): boolean {
  return constraint === undefined || ("start_date" in constraint && constraint.start_date <= AS_OF);
}

/** Answers of another kind than text have a price of their own, which our count of tokens does not tell apart. */
function answersInText(prices: ModelPrice): boolean {
  return prices["output_image_mtok"] === undefined && prices["output_audio_mtok"] === undefined;
}

function isConditional(prices: PricedModel["prices"]): prices is ConditionalPrice[] {
  return Array.isArray(prices);
}

function stepsOf(prices: ModelPrice): number {
  return Math.max(
    ...Object.values(prices).map((price) => (typeof price === "object" ? price.tiers.length : 0)),
  );
}

function toUsd(
  { id }: PricedModel,
  prices: ModelPrice,
  band: "base" | "tier",
): UsdPrices | undefined {
  const read = (key: string): string | undefined => {
    const price = prices[key];
    if (price === undefined || typeof price === "number") return decimal(price);
    return decimal(band === "base" ? price.base : price.tiers[0]?.price);
  };
  const input = read("input_mtok");
  // What embeds answers with no tokens.
  const output = read("output_mtok") ?? (id.includes("embed") ? "0" : undefined);
  if (input === undefined || output === undefined) return undefined;
  const optional = {
    cacheRead: read("cache_read_mtok"),
    cacheWrite5m: read("cache_write_mtok"),
    cacheWrite1h: read("cache_write_1h_mtok"),
    webSearch: read("web_searches_kcount"),
  };
  return { input, output, ...optional };
}

/** To the nano-dollar, which is as exact as a price can be here. */
function decimal(price: number | undefined): string | undefined {
  if (price === undefined) return undefined;
  if (price < 0) throw new Error(`no price: ${price}`);
  return price.toFixed(9).replace(/\.?0+$/, "");
}

function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(PACKAGE_FILE, "utf8"));
  const version =
    typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "version") : undefined;
  if (typeof version !== "string") throw new Error(`${PACKAGE} has no version`);
  return version;
}
