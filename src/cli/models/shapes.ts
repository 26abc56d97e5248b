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
