import type { HeaderList } from "../../base/header-list.ts";
import type { Secret } from "../../base/secret.ts";
import type { BoundDialect } from "../dialects/bind.ts";
import type { ProvidedModel } from "../model-list.ts";

/** A company's API, or a server of one's own, that is spoken to in a dialect of its own. Data and pure functions. */
export interface ProviderDefinition {
  /** Stands in front of its models: `groq/llama-3.3-70b-versatile`. */
  readonly id: string;
  /** With the path in front of the dialect's; undefined: only the operator knows it. */
  readonly defaultBaseUrl: string | undefined;
  readonly needsKey: boolean;
  /** Models whose names begin so are this provider's, without its id in front. */
  readonly claims?: string | undefined;
  /** A list of models, asked for to see whether a key is taken. */
  readonly checkPath: string;
  /** Where no list says that: what is sent to `checkPath` instead, and how the answer is read. */
  readonly keyQuestion?: KeyQuestion;
  /** The list of its models, where `checkPath` is none, or not all of it. */
  readonly listPath?: string;
  /** The variable by which claude-router turns it on, and lists its models by their own names alone. */
  readonly routerVariable?: string;
  /** A cloud's service, whose place and credentials are more than a URL and a key; undefined: those are all. */
  readonly cloud?: Cloud;
  /** The fields that carry a key. */
  authorize(key: Secret): HeaderList;
  /** How one of its models is spoken to. */
  dialectFor(model: string): BoundDialect;
  /** What it takes for models that cost nothing, from one credential. */
  readonly freeModels?: FreeModels;
  /** Whose price holds for one of its models, the first that is known; undefined: its own list's, by the model's name. */
  readonly resells?: (model: string, sale: Sale) => readonly Resale[];
}

/** A question that costs nothing. */
export interface KeyQuestion {
  readonly body: string;
  /** Whether the key is taken; null: the answer does not tell. */
  readonly readVerdict: (status: number, body: string) => boolean | null;
}

export interface FreeModels {
  readonly isFree: (model: string) => boolean;
  readonly requestsPerMinute: number;
}

/** How a model is bought, where the price depends on that. */
export interface Sale {
  /** As it was asked for; an answer may name the model in another way. */
  readonly askedModel: string;
  /** Of the deployment. */
  readonly pathPrefix: string;
}

/** A price as a part or multiple of another list's. */
export interface Resale {
  /** Kind of provider whose list it is in. */
  readonly kind: string;
  readonly model: string;
  readonly percent: number;
}

/** By `kind` the composition knows what opens it. */
export type Cloud = AwsService | AzureService | GoogleService;

export interface AwsService {
  readonly kind: "aws";
  /** In the scope of signatures. */
  readonly signingName: string;
  /** Environment variable of a key that is sent as it is, in place of a signature. */
  readonly bearerVariable: string;
  readonly baseUrl: (region: string) => string;
  /** Where its models are told of, which is another address than theirs; undefined: nowhere. */
  readonly lists?: ModelLists;
}

/** Several lists that are one together. */
export interface ModelLists {
  readonly baseUrl: (region: string) => string;
  readonly paths: readonly string[];
  /** Reads one of them, whichever it is; undefined: it is none. */
  readonly read: (value: unknown) => readonly ProvidedModel[] | undefined;
}

export interface GoogleService {
  readonly kind: "gcp";
  /** Environment variable of an access token that was made elsewhere. */
  readonly tokenVariable: string;
  /** `url` is the operator's own, in the place of Google's. */
  readonly baseUrl: (place: GooglePlace) => string;
}

export interface GooglePlace {
  readonly url: string | undefined;
  readonly project: string;
  readonly location: string;
}

export interface AzureService {
  readonly kind: "azure";
  /** What tokens of Entra are for. */
  readonly scope: string;
  /** Environment variable of a key. */
  readonly keyVariable: string;
  /** Environment variable of the place. */
  readonly placeVariable: { readonly name: string; readonly holds: "resource" | "endpoint" };
  readonly endpoint: (resource: string) => string;
  /** Behind the endpoint. */
  readonly path: string;
  /** An API that wants its version in every request; undefined: there is none. */
  readonly versioned?: VersionedApi;
}

export interface VersionedApi {
  readonly path: string;
  readonly dialectFor: (version: string, model: string) => BoundDialect;
}

export function bearer(key: Secret): HeaderList {
  return ["authorization", `Bearer ${key.reveal()}`];
}

/** For servers that speak Anthropic's dialect and look for the key in either field. */
export function eitherField(key: Secret): HeaderList {
  return ["x-api-key", key.reveal(), ...bearer(key)];
}
