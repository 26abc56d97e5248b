import type { Clock } from "../base/clock.ts";
import type { Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Environment } from "../config/inputs.ts";
import type { Config } from "../config/schema.ts";
import type { Sign } from "../upstream/cloud.ts";
import type { BoundDialect } from "../upstream/dialects/bind.ts";
import type { ListModels } from "../upstream/model-list.ts";
import type { Cloud } from "../upstream/providers/provider.ts";
import { openAws } from "./aws.ts";
import { openAzure } from "./azure.ts";
import { openGcp } from "./gcp.ts";
import type { OpenWay } from "./ways.ts";

/** Where a cloud's credentials are looked for, and how its other services are reached. */
export interface Surroundings {
  readonly env: Environment;
  readonly homeDir: string;
  readonly clock: Pick<Clock, "now">;
  readonly openWay: OpenWay;
}

/** What a provider at a cloud is reached with. */
export interface CloudAccess {
  readonly baseUrl: string;
  /** Of the configuration, or of the environment. */
  readonly key: Secret | undefined;
  /** Undefined: its key is all that it takes. */
  readonly sign: Sign | undefined;
  /** Asks for its models; undefined: nobody may be asked for them. */
  readonly listModels?: ListModels | undefined;
  /** The model that has this name at the cloud; undefined: names are the models' own. */
  readonly modelOf?: ((name: string) => string) | undefined;
  /** How a model is spoken to, where that is otherwise than the provider's usual way. */
  readonly dialectFor?: ((model: string) => BoundDialect) | undefined;
}

type Entry = Config["providers"][string];

/** Finds the place of a cloud's service, and who signs for it. The refusal is for people, as it goes on behind `providers.<id>`. */
export async function openCloud(
  cloud: Cloud,
  entry: Entry,
  surroundings: Surroundings,
): Promise<Result<CloudAccess, string>> {
  switch (cloud.kind) {
    case "aws":
      return await openAws(cloud, entry, surroundings);
    case "gcp":
      return await openGcp(cloud, entry, surroundings);
    case "azure":
      return await openAzure(cloud, entry, surroundings);
    default:
      return cloud satisfies never;
  }
}

const CLOUD_FIELDS = ["aws", "azure", "gcp"] as const satisfies readonly (Cloud["kind"] &
  keyof Entry)[];

/** The section of a cloud that the provider is not at, if its entry has one. */
export function foreignSection(cloud: Cloud | undefined, entry: Entry): string | undefined {
  return CLOUD_FIELDS.find((field) => field !== cloud?.kind && entry[field] !== undefined);
}
