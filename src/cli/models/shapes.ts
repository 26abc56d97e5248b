import { isObject } from "../../base/json.ts";
import { isList } from "../shapes.ts";

/** One row of Claude Code's picker, as its cache has it. */
export interface PickerRow {
  readonly id: string;
  readonly display_name: string;
}

/** What a server answers about models. */
export interface ModelsView {
  readonly models: readonly (PickerRow & { readonly provider: string })[];
  /** Other providers' models alone. */
  readonly picker: readonly PickerRow[];
  /** Providers in use that did not say what they have. */
  readonly unavailable: readonly string[];
}

export function isModelsView(value: unknown): value is ModelsView {
  return (
    isObject(value) &&
    isList(value["models"], (model) => isRow(model) && typeof model["provider"] === "string") &&
    isList(value["picker"], isRow) &&
    isList(value["unavailable"], (provider) => typeof provider === "string")
  );
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> & PickerRow {
  return (
    isObject(value) && typeof value["id"] === "string" && typeof value["display_name"] === "string"
  );
}

/** A model of the catalogue, as far as it is shown. */
export interface CatalogueRow {
  readonly id: string;
  readonly listed: boolean;
  readonly dialect: string;
  readonly context_length: number | null;
  readonly max_output_tokens: number | null;
  readonly modalities?: { readonly input: readonly string[]; readonly output: readonly string[] };
  readonly reasoning: boolean | null;
  readonly caching: boolean | null;
  readonly tools: boolean | null;
  readonly facts: { readonly source: string; readonly date: string } | null;
  readonly pricing: {
    readonly usd_per_mtok: { readonly input: string; readonly output: string };
    readonly date: string;
  } | null;
  readonly residency: {
    readonly place: string;
    readonly guarantee?: string;
    readonly verified?: string;
  };
  readonly health: string;
}

export interface CatalogueView {
  readonly models: readonly CatalogueRow[];
}

export function isCatalogueView(value: unknown): value is CatalogueView {
  return isObject(value) && isList(value["models"], isCatalogueRow);
}

function isCatalogueRow(value: unknown): value is CatalogueRow {
  if (!isObject(value)) return false;
  const texts = [value["id"], value["dialect"], value["health"]];
  const { pricing, residency } = value;
  const isPriced = isObject(pricing) && isObject(pricing["usd_per_mtok"]);
  return (
    texts.every((text) => typeof text === "string") &&
    (pricing === null || isPriced) &&
    isObject(residency) &&
    typeof residency["place"] === "string"
  );
}
