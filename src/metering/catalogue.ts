import { fail, ok, type Result } from "../base/result.ts";
import { GENERATED_PRICES } from "./genai-prices.generated.ts";
import { priceName } from "./model-id.ts";
import { type PriceOverride, toOverrideEntry } from "./overrides.ts";
import { OWN_PRICES } from "./own-prices.ts";
import type { PriceList } from "./price.ts";
import { withinBounds } from "./price-bounds.ts";
import { type PriceEntry, toPriceEntry } from "./price-entry.ts";

/** Model ids come from outside, so what is remembered of them is bounded. */
const MAX_REMEMBERED = 1_000;

/** Finds the price of a model: the operator's first, then our own list, then the generated one. */
export class Catalogue {
  readonly #entries: ReadonlyMap<string, PriceEntry>;
  readonly #remembered = new Map<string, PriceEntry | undefined>();

  /** Keys are model ids as written, or price names. */
  constructor(entries: ReadonlyMap<string, PriceEntry>) {
    this.#entries = entries;
  }

  /** Undefined when no list knows the model: its price is unknown, not zero. */
  find(model: string): PriceEntry | undefined {
    const remembered = this.#remembered.get(model);
    if (remembered !== undefined || this.#remembered.has(model)) return remembered;
    const entry = this.#entries.get(model) ?? this.#entries.get(priceName(model));
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(model, entry);
    return entry;
  }
}

/** Builds the catalogue of the built-in lists and the operator's prices; fails with a message on a bad price (B-03). */
export function makeCatalogue(
  overrides: readonly PriceOverride[] = [],
  lists: readonly PriceList[] = [OWN_PRICES, GENERATED_PRICES],
): Result<Catalogue, string> {
  const entries = new Map<string, PriceEntry>();
  for (const list of lists) {
    for (const listed of list.prices) {
      const name = priceName(listed.model);
      if (entries.has(name)) continue;
      const read = toPriceEntry(listed, list.version);
      const entry = read.ok ? withinBounds(read.value, listed.model) : read;
      if (!entry.ok) return entry;
      entries.set(name, entry.value);
    }
  }
  const listed = new Map(entries);
  const overridden = new Set<string>();
  for (const override of overrides) {
    if (overridden.has(override.model)) return fail(`price of ${override.model} is given twice`);
    overridden.add(override.model);
    const read = toOverrideEntry(override, listed.get(priceName(override.model)));
    const entry = read.ok ? withinBounds(read.value, override.model) : read;
    if (!entry.ok) return entry;
    entries.set(override.model, entry.value);
  }
  return ok(new Catalogue(entries));
}
