import { gatewayError } from "../../base/errors.ts";
import { nanoUsd, toCurrency } from "../../base/money.ts";
import { fail, ok } from "../../base/result.ts";
import type { CataloguedModel } from "../../exchange/models/describe-model.ts";
import { BATCH_PERCENT, type PriceEntry } from "../../metering/index.ts";
import { allowsModel } from "../../policy/access/index.ts";
import type { DisplayCurrency } from "../../store/amount-view.ts";
import { json, type Reply } from "./answer.ts";
import type { Ask } from "./ask.ts";

/** Every model that the caller can ask for, with what is known of it; `?model=` one by its name, listed or not. */
export async function showCatalogue(ask: Ask): Reply {
  const name = ask.query.get("model");
  const { models, unavailable } = await visibleModels(ask);
  const display = ask.views.display();
  if (name === null)
    return ok(
      json(200, {
        ...moneyOf(display),
        models: models.map((model) => modelView(model, display)),
        unavailable,
      }),
    );
  const allows = allowsModel(ask.caller.key?.settings.models ?? [], name);
  const found =
    models.find(({ id }) => id === name) ?? (allows ? ask.views.describe(name) : undefined);
  if (found === undefined) return fail(NO_MODEL);
  return ok(json(200, { ...moneyOf(display), models: [modelView(found, display)], unavailable }));
}

/** What every seller here takes for one model, whatever it calls it, the cheapest input first. */
export async function comparePrices(ask: Ask): Reply {
  const name = ask.query.get("model");
  if (name === null) return fail(gatewayError("invalid_parameter", "Name a model: ?model=<id>"));
  const { models, unavailable } = await visibleModels(ask);
  const wanted = commonName(name);
  const display = ask.views.display();
  const offers = models
    .filter(({ model }) => commonName(model) === wanted)
    .toSorted((a, b) => compare(a.price?.prices.input, b.price?.prices.input))
    .map((model) => modelView(model, display));
  if (offers.length === 0) return fail(NO_MODEL);
  return ok(json(200, { model: wanted, ...moneyOf(display), offers, unavailable }));
}

/** Who sells models here, and how many the caller can ask for. */
export async function listProviders(ask: Ask): Reply {
  const { models, unavailable } = await visibleModels(ask);
  const counted = Map.groupBy(models, ({ provider }) => provider);
  const providers = [...counted].map(([id, own]) => ({
    id,
    models: own.length,
    dialects: [...new Set(own.map(({ dialect }) => dialect))],
    places: [...new Set(own.map(({ endpoint }) => endpoint?.place ?? "unknown"))],
  }));
  return ok(json(200, { providers, unavailable }));
}

async function visibleModels({ views, caller }: Ask) {
  const limits = caller.key?.settings.models ?? [];
  const { models, unavailable } = await views.catalogue(caller.organisation);
  return { models: models.filter(({ id }) => allowsModel(limits, id)), unavailable };
}

const NO_MODEL = gatewayError("not_found", "There is no such model here");

function moneyOf({ currency, rate }: DisplayCurrency) {
  return { currency, rate };
}

/** `claude-opus-5-5` of `us.anthropic.claude-opus-5-5-v1:0` and of `anthropic/claude-opus-5.5`. */
function commonName(model: string): string {
  return model
    .toLowerCase()
    .replaceAll(/\.(?=\d)/g, "-")
    .replace(/^.*[./]/, "")
    .replace(/(?:-v\d+)?(?::\w+)?$/, "")
    .replace(/[-@]20\d{6}$/, "");
}

/** What has no price comes last. */
function compare(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : Number(a > b);
}

/** One model as JSON; null is unknown, never none. */
function modelView(model: CataloguedModel, display: DisplayCurrency) {
  const { abilities, endpoint, facts, price } = model;
  return {
    id: model.id,
    display_name: model.displayName,
    provider: model.provider,
    model: model.model,
    listed: model.isListed,
    dialect: model.dialect,
    context_length: model.contextTokens ?? null,
    max_output_tokens: model.outputTokens ?? null,
    modalities: abilities && { input: abilities.input, output: abilities.output },
    reasoning: abilities?.reasoning ?? null,
    caching: abilities?.caching ?? null,
    tools: abilities?.tools ?? null,
    facts: facts ?? null,
    pricing: price === undefined ? null : priceView(price, display),
    residency:
      endpoint === undefined
        ? { place: "unknown" }
        : {
            place: endpoint.place,
            guarantee: endpoint.guarantee,
            source: endpoint.source,
            verified: endpoint.verified,
          },
    health: model.trouble ?? "ok",
  };
}

/** Money for a million tokens as exact decimal text, in dollars and in the currency that people see. */
function priceView(price: PriceEntry, { currency, rate }: DisplayCurrency) {
  const { longPrompt, fastPercent, usPercent, tierPercents } = price;
  const amounts = (perUnit: string) => ({
    ...unitsOf(price.prices, perUnit),
    ...(longPrompt && {
      long_prompt: { above_tokens: longPrompt.aboveTokens, ...unitsOf(longPrompt.prices, perUnit) },
    }),
  });
  return {
    usd_per_mtok: amounts("1"),
    ...(currency === "USD" ? {} : { [`${currency.toLowerCase()}_per_mtok`]: amounts(rate) }),
    percent: {
      batch: BATCH_PERCENT,
      ...(fastPercent !== undefined && { fast: fastPercent }),
      ...(usPercent !== undefined && { inference_geo_us: usPercent }),
      ...Object.fromEntries(tierPercents ?? []),
    },
    version: price.id,
    source: price.source,
    date: price.date,
  };
}

function unitsOf(prices: PriceEntry["prices"], rate: string) {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = prices;
  const text = (nano: bigint | undefined) =>
    nano === undefined ? null : trimmed(toCurrency(nanoUsd(nano), rate, { digits: 6 }));
  return {
    input: text(input),
    output: text(output),
    cache_read: text(cacheRead),
    cache_write_5m: text(cacheWrite5m),
    cache_write_1h: text(cacheWrite1h),
  };
}

function trimmed(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
