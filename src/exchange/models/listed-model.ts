import type { Picker } from "../../base/picker-id.ts";
import type { JsonObject } from "../../canonical/index.ts";
import type { Deployment } from "../../routing/deployment.ts";

/** One model of a list, before a dialect writes it. */
export interface ListedModel {
  /** What a request names it by: `claude-opus-5-5`, `groq/llama-4`. */
  readonly id: string;
  readonly provider: string;
  readonly displayName: string;
  /** Epoch milliseconds; undefined is unknown. */
  readonly createdAt: number | undefined;
  /** As Anthropic lists it. */
  readonly native?: JsonObject;
}

/** What a client wants of the list, and how its dialect says it. */
export interface ModelsAsked {
  /** The one that it asks for, as it calls it; undefined: all. */
  readonly id: string | undefined;
  readonly writeAll: (models: readonly ListedModel[], picker: Picker) => string;
  readonly writeOne: (model: ListedModel, picker: Picker) => string;
}

/** How models are listed; of one configuration generation. */
export interface ListSettings {
  readonly picker: Picker;
  /** Providers whose models are listed, and asked for, by their own names alone. */
  readonly bare: ReadonlySet<string>;
  /** Claude's own models for the picker where there is nothing to ask Anthropic with. */
  readonly stock: readonly ListedModel[];
  /** Aliases and virtual models of the operator. */
  readonly given: readonly string[];
  /** False: by the configuration's data policy no request may go there. */
  readonly mayAsk: (deployment: Pick<Deployment, "origin">) => boolean;
}

/** The operator's own names as rows of a list. */
export function givenModels({ given }: ListSettings): readonly ListedModel[] {
  return given.map((id) => ({ id, provider: GIVEN, displayName: id, createdAt: undefined }));
}

/** Stands where a provider would. */
const GIVEN = "routing";
