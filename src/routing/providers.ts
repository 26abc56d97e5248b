import type { Secret } from "../base/secret.ts";
import type { ListModels } from "../upstream/model-list.ts";
import type { KeyQuestion } from "../upstream/providers/provider.ts";
import type { Deployment } from "./deployment.ts";

/** Another provider than Anthropic. */
export interface Provider {
  readonly deployment: Deployment;
  /** Of the configuration; a stored one goes before it. */
  readonly key: Secret | undefined;
  readonly needsKey: boolean;
  /** False where nobody but this program named it. */
  readonly isConfigured: boolean;
  /** Asked for to see whether a key is taken. */
  readonly checkTarget: string;
  /** What is asked there, where that is no list. */
  readonly keyQuestion?: KeyQuestion | undefined;
  /** Asked for its models. */
  readonly listTarget: string;
  /** Asks for its models elsewhere than at `listTarget`; undefined: the answer is none. */
  readonly listModels?: ListModels | undefined;
  /** Its models, where the configuration names them: the server is not asked then. */
  readonly models: readonly string[] | undefined;
}

/** A model of one, found by a name such as `groq/llama-3.3-70b-versatile`. */
export interface ProviderModel extends Provider {
  /** As the provider calls it. */
  readonly model: string;
}

/** The providers beside Anthropic. */
export interface Providers {
  readonly ids: readonly string[];
  /** Those that the configuration names, in its order. */
  readonly configured: readonly string[];
  get(id: string): Provider | undefined;
  /** Undefined for a name that no provider stands in front of, and none claims. */
  find(model: string | undefined): ProviderModel | undefined;
}
