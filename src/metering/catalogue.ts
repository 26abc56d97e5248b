import { plainModelId, spelling } from "../base/model-id.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { ProviderDefinition, Resale } from "../upstream/providers/provider.ts";
import { GENERATED_PRICES } from "./generated-prices.ts";
import { type PriceOverride, toOverrideEntry } from "./overrides.ts";
import { OWN_PRICES } from "./own-prices.ts";
import type { PriceList } from "./price.ts";
import { withinBounds } from "./price-bounds.ts";
import { type PriceEntry, toPriceEntry } from "./price-entry.ts";
import { scaleEntry, WHOLE } from "./scale.ts";

/** Model ids come from outside, so what is remembered of them is bounded. */
const MAX_REMEMBERED = 1_000;

/** Who sells a model: the same model has another price elsewhere. */
export interface Seller {
  /** As the configuration names it. */
  readonly provider: string;
  /** Whose price list holds for it. */
  readonly kind: string;
  /** In front of its targets: a cloud's place. */
  readonly pathPrefix?: string | undefined;
}

/** What one seller takes for its models. */
export interface ModelPrices {
  /** Undefined when no list knows the model: its price is unknown, not zero. */
  find(model: string): PriceEntry | undefined;
  /** For the answers to requests for a model, whatever they call it: at a cloud the price depends on the name that was asked for. */
  askedFor(model: string | undefined): ModelPrices;
}

type Entries = ReadonlyMap<string, PriceEntry>;

/** The prices of all sellers: the operator's first, then our own list, then the generated ones. */
export class Catalogue {
  readonly #lists: Lists;
  readonly #overrides: Entries;
  readonly #sales: SaleSettings;
  readonly #sellers = new Map<string, ModelPrices>();

  /** Lists are by kind of provider and price name, overrides by what the operator wrote. */
  constructor(lists: Lists, overrides: Entries, sales: SaleSettings) {
    this.#lists = lists;
    this.#overrides = overrides;
    this.#sales = sales;
  }

  of(seller: Seller): ModelPrices {
    const found = this.#sellers.get(seller.provider);
    if (found !== undefined) return found;
    const prices = new SellerPrices(seller, this.#lists, this.#overrides, this.#sales);
    this.#sellers.set(seller.provider, prices);
    return prices;
  }

  /** The price that a record names, at today's lists; undefined: it is of another edition of them. */
  byId(id: string): PriceEntry | undefined {
    const [listedId, ...factors] = id.split("*");
    const lists = [this.#overrides, ...this.#lists.values()];
    const listed = lists
      .flatMap((entries) => [...entries.values()])
      .find((entry) => entry.id === listedId);
    return factors.reduce(
      (price, factor) => price && scaleEntry(price, Math.round(Number(factor) * WHOLE)),
      listed,
    );
  }
}

/** By kind of provider and price name. */
type Lists = ReadonlyMap<string, Entries>;

/** How prices follow from listed ones. */
export interface SaleSettings {
  /** What a provider takes on top of its prices, in hundredths of a percent. */
  readonly fees: ReadonlyMap<string, number>;
  /** Of a kind of provider; undefined: it has a list of its own, or none. */
  readonly resells: (kind: string) => ProviderDefinition["resells"];
}

const LISTED_ALONE: SaleSettings = { fees: new Map(), resells: () => undefined };

class SellerPrices implements ModelPrices {
  readonly #seller: Seller;
  readonly #lists: Lists;
  readonly #overrides: Entries;
  readonly #feePoints: number;
  readonly #resells: ProviderDefinition["resells"];
  readonly #remembered = new Map<string, PriceEntry | undefined>();

  constructor(seller: Seller, lists: Lists, overrides: Entries, { fees, resells }: SaleSettings) {
    this.#seller = seller;
    this.#lists = lists;
    this.#overrides = overrides;
    this.#feePoints = fees.get(seller.provider) ?? 0;
    this.#resells = resells(seller.kind);
  }

  find(model: string): PriceEntry | undefined {
    return this.#find(model, model);
  }

  askedFor(askedModel: string | undefined): ModelPrices {
    if (askedModel === undefined || this.#resells === undefined) return this;
    return {
      find: (model) => this.#find(model, askedModel),
      askedFor: (other) => this.askedFor(other),
    };
  }

  #find(model: string, askedModel: string): PriceEntry | undefined {
    const key = `${model}\n${askedModel}`;
    const remembered = this.#remembered.get(key);
    if (remembered !== undefined || this.#remembered.has(key)) return remembered;
    const { provider, pathPrefix = "" } = this.#seller;
    const resales = this.#resells?.(model, { askedModel, pathPrefix });
    const price =
      this.#overridden(model) ??
      this.#overridden(askedModel) ??
      // By the plain name of what a cloud has another name for, in all its profiles.
      resales
        ?.map((resale) => this.#overrides.get(`${provider}/${plainModelId(resale.model)}`))
        .find((own) => own !== undefined) ??
      this.#listed(model, resales);
    const entry = price && scaleEntry(price, WHOLE + this.#feePoints);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(key, entry);
    return entry;
  }

  #overridden(model: string): PriceEntry | undefined {
    const { provider } = this.#seller;
    const name = plainModelId(model);
    return (
      this.#overrides.get(`${provider}/${spelling(model)}`) ??
      this.#overrides.get(`${provider}/${name}`) ??
      this.#overrides.get(spelling(model)) ??
      (provider === "anthropic" ? this.#overrides.get(name) : undefined)
    );
  }

  #listed(model: string, resales: readonly Resale[] | undefined): PriceEntry | undefined {
    if (resales === undefined) return this.#lists.get(this.#seller.kind)?.get(plainModelId(model));
    for (const resale of resales) {
      const found = this.#lists.get(resale.kind)?.get(plainModelId(resale.model));
      if (found !== undefined) return scaleEntry(found, resale.percent * POINTS_PER_PERCENT);
    }
    return undefined;
  }
}

const POINTS_PER_PERCENT = 100;

/** Builds the catalogue of the built-in lists and the operator's prices; fails with a message on a bad price (B-03). */
export function makeCatalogue(
  overrides: readonly PriceOverride[] = [],
  lists: readonly PriceList[] = [OWN_PRICES, ...GENERATED_PRICES],
  sales: SaleSettings = LISTED_ALONE,
): Result<Catalogue, string> {
  const listed = new Map<string, Map<string, PriceEntry>>();
  for (const { provider, prices, version } of lists) {
    const entries = listed.get(provider) ?? new Map<string, PriceEntry>();
    listed.set(provider, entries);
    for (const price of prices) {
      const name = plainModelId(price.model);
      if (entries.has(name)) continue;
      const read = toPriceEntry(price, version);
      const entry = read.ok ? withinBounds(read.value, price.model) : read;
      if (!entry.ok) return entry;
      entries.set(name, entry.value);
    }
  }
  const overridden = new Map<string, PriceEntry>();
  for (const override of overrides) {
    const { model } = override;
    if (overridden.has(spelling(model))) return fail(`price of ${model} is given twice`);
    const read = toOverrideEntry(override, listedUnder(model, listed));
    const entry = read.ok ? withinBounds(read.value, model) : read;
    if (!entry.ok) return entry;
    overridden.set(spelling(model), entry.value);
  }
  return ok(new Catalogue(listed, overridden, sales));
}

/** What the lists know of a model that the operator wrote as `provider/model`, or as Anthropic's. */
function listedUnder(model: string, listed: ReadonlyMap<string, Entries>): PriceEntry | undefined {
  const slash = model.indexOf("/");
  const named = listed.get(model.slice(0, Math.max(0, slash)));
  return (
    named?.get(plainModelId(model.slice(slash + 1))) ??
    listed.get("anthropic")?.get(plainModelId(model))
  );
}
