import type { Tier } from "../dispatch.ts";
import type { Stage, Strategy, Target } from "../target.ts";

/** What the operator says of names. */
export interface NameRules {
  readonly aliases: Readonly<Record<string, string>>;
  readonly tiers: Readonly<Partial<Record<Tier, string>>>;
  readonly models: Readonly<Record<string, VirtualModel>>;
  /** `*` is for every name without a list of its own. */
  readonly fallbacks: Readonly<Record<string, readonly Target[]>>;
}

export interface VirtualModel {
  readonly strategy: Strategy;
  readonly targets: readonly Target[];
}

/** Where models are at home. */
export interface ModelHomes {
  /** Ids of providers that a name may have in front. */
  readonly providers: readonly string[];
  /** The provider that a name leads to; undefined: nobody here knows it. */
  homeOf(model: string): string | undefined;
}

/** What a name stands for, once everything behind it was followed. */
export interface Meaning {
  readonly steps: readonly string[];
  /** The names behind it, the nearest first. */
  readonly trail: readonly string[];
  readonly stages: readonly Stage[];
}
