import { plainModelId, spelling } from "../base/model-id.ts";
import { fail, ok, type Result } from "../base/result.ts";
import { GENERATED_PRICES } from "./generated-prices.ts";
import { type PriceOverride, toOverrideEntry } from "./overrides.ts";
import { OWN_PRICES } from "./own-prices.ts";
import type { PriceList } from "./price.ts";
import { withinBounds } from "./price-bounds.ts";
import { type PriceEntry, toPriceEntry } from "./price-entry.ts";

/** Model ids come from outside, so what is remembered of them is bounded. */
const MAX_REMEMBERED = 1_000;

/** Who sells a model: the same model has another price elsewhere. */
export interface Seller {
  /** As the configuration names it. */
  readonly provider: string;
  /** Whose price list holds for it. */
  readonly kind: string;
}

/** What one seller takes for its models. */
export interface ModelPrices {
  /** Undefined when no list knows the model: its price is unknown, not zero. */
  find(model: string): PriceEntry | undefined;
}

type Entries = ReadonlyMap<string, PriceEntry>;

/** The prices of all sellers: the operator's first, then our own list, then the generated ones. */
export class Catalogue {
  readonly #lists: ReadonlyMap<string, Entries>;
  readonly #overrides: Entries;
  readonly #sellers = new Map<string, ModelPrices>();

  /** Lists are by kind of provider and price name, overrides by what the operator wrote. */
  constructor(lists: ReadonlyMap<string, Entries>, overrides: Entries) {
    this.#lists = lists;
    this.#overrides = overrides;
  }

  of({ provider, kind }: Seller): ModelPrices {
    const found = this.#sellers.get(provider);
    if (found !== undefined) return found;
    const prices = new SellerPrices(provider, this.#lists.get(kind), this.#overrides);
    this.#sellers.set(provider, prices);
    return prices;
  }
}

class SellerPrices implements ModelPrices {
  readonly #provider: string;
  readonly #listed: Entries | undefined;
  readonly #overrides: Entries;
  readonly #remembered = new Map<string, PriceEntry | undefined>();

  constructor(provider: string, listed: Entries | undefined, overrides: Entries) {
    this.#provider = provider;
    this.#listed = listed;
    this.#overrides = overrides;
  }

  find(model: string): PriceEntry | undefined {
    const remembered = this.#remembered.get(model);
    if (remembered !== undefined || this.#remembered.has(model)) return remembered;
    const name = plainModelId(model);
    const entry =
      this.#overrides.get(`${this.#provider}/${spelling(model)}`) ??
      this.#overrides.get(`${this.#provider}/${name}`) ??
      this.#overrides.get(spelling(model)) ??
      (this.#provider === "anthropic" ? this.#overrides.get(name) : undefined) ??
      this.#listed?.get(name);
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(model, entry);
    return entry;
  }
}

/** Builds the catalogue of the built-in lists and the operator's prices; fails with a message on a bad price (B-03). */
export function makeCatalogue(
  overrides: readonly PriceOverride[] = [],
  lists: readonly PriceList[] = [OWN_PRICES, ...GENERATED_PRICES],
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
  return ok(new Catalogue(listed, overridden));
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
