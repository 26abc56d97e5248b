import type { Picker } from "../../base/picker-id.ts";
import type { JsonObject } from "../../canonical/index.ts";
import type { Deployment } from "../../routing/deployment.ts";
import type { Abilities } from "../../upstream/model-facts.ts";

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
  /** What is known of it, for dialects whose lists have room for that. */
  readonly known?: KnownOfModel;
}

export interface KnownOfModel {
  readonly contextTokens: number | undefined;
  /** Nano-dollars for a million tokens. */
  readonly prices: { readonly input: bigint; readonly output: bigint } | undefined;
}

/** What a client wants of the list, and how its dialect says it. */
export interface ModelsAsked {
  /** The one that it asks for, as it calls it; undefined: all. */
  readonly id: string | undefined;
  readonly writeAll: (models: readonly ListedModel[], picker: Picker) => string;
  readonly writeOne: (model: ListedModel, picker: Picker) => string;
}

/** What an operator knows better of a model; undefined members are not said. */
export type OwnFacts = { readonly [K in keyof Abilities]?: Abilities[K] | undefined } & {
  readonly contextTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
};

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
  /** What the operator knows of models, by `provider/model`; it goes before what Spillway knows. */
  readonly ownFacts: ReadonlyMap<string, OwnFacts>;
}

/** The operator's own names as rows of a list. */
export function givenModels({ given }: ListSettings): readonly ListedModel[] {
  return given.map((id) => ({ id, provider: GIVEN, displayName: id, createdAt: undefined }));
}

/** Stands where a provider would. */
const GIVEN = "routing";
