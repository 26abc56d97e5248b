import { withoutOneMillion } from "../base/picker-id.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { PooledKey } from "../routing/key-pool.ts";
import type { Provider, Providers } from "../routing/providers.ts";
import type { UpstreamLimits } from "../routing/queue/index.ts";
import type { ProviderDefinition } from "../upstream/providers/provider.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { type CloudAccess, foreignSection, openCloud, type Surroundings } from "./clouds.ts";
import { toPool } from "./key-pool.ts";
import { toFreeLimits, toUpstreamLimits } from "./upstream-limits.ts";
import type { OpenWay } from "./ways.ts";

interface Known {
  readonly id: string;
  readonly definition: ProviderDefinition;
  readonly baseUrl: string;
  readonly access: Pick<CloudAccess, "sign" | "modelOf" | "dialectFor" | "listModels">;
  readonly key: Secret | undefined;
  readonly isConfigured: boolean;
  readonly fields: readonly string[];
  readonly models: readonly string[] | undefined;
  readonly limits: UpstreamLimits | undefined;
  readonly limitsFor: Deployment["limitsFor"];
  readonly keys: readonly PooledKey[];
}

const NOT_CONFIGURED = {
  access: { sign: undefined },
  key: undefined,
  isConfigured: false,
  fields: [],
  models: undefined,
  limits: undefined,
  keys: [],
};

/** The providers beside Anthropic; a way to one is opened when a request first goes there. */
export async function openProviders(
  config: Config,
  surroundings: Surroundings,
): Promise<Result<Providers & AsyncDisposable, string>> {
  const known = new Map<string, Known>();
  for (const [id, definition] of PROVIDERS) {
    const { defaultBaseUrl: baseUrl } = definition;
    if (baseUrl === undefined) continue;
    const limitsFor = toFreeLimits(definition, undefined, id);
    known.set(id, { id, definition, baseUrl, ...NOT_CONFIGURED, limitsFor });
  }
  for (const [id, entry] of Object.entries(config.providers)) {
    const read = await readEntry(id, entry, surroundings);
    if (!read.ok) return read;
    known.set(id, read.value);
  }
  // Of two of a kind the configured one, which came last.
  const claimants = [...known.values()]
    .flatMap(({ id, definition: { claims } }) => (claims === undefined ? [] : [{ id, claims }]))
    .toReversed();
  const deployed = new Map<string, Provider>();
  const get = (id: string): Provider | undefined => {
    const provider = known.get(id);
    if (provider === undefined) return undefined;
    const found = deployed.get(id) ?? deploy(provider, surroundings.openWay);
    deployed.set(id, found);
    return found;
  };
  return ok({
    ids: [...known.keys()].toSorted(),
    configured: Object.keys(config.providers),
    get,
    find(model) {
      if (model === undefined) return undefined;
      const slash = model.indexOf("/");
      if (slash < 1) {
        const claimant = claimants.find(({ claims }) => model.startsWith(claims));
        const claimed = claimant && get(claimant.id);
        return claimed && { ...claimed, model };
      }
      const name = withoutOneMillion(model.slice(slash + 1));
      const provider = name === "" ? undefined : get(model.slice(0, slash));
      return provider === undefined ? undefined : { ...provider, model: name };
    },
    async [Symbol.asyncDispose]() {
      for (const { deployment } of deployed.values()) {
        await deployment.transport[Symbol.asyncDispose]();
      }
    },
  });
}

async function readEntry(
  id: string,
  entry: Config["providers"][string],
  surroundings: Surroundings,
): Promise<Result<Known, string>> {
  const kind = entry.kind ?? id;
  const definition = PROVIDERS.get(kind);
  if (definition === undefined) {
    const kinds = [...PROVIDERS.keys()].toSorted().join(", ");
    return fail(`providers.${id}: there is no provider of the kind "${kind}"; known are ${kinds}`);
  }
  const foreign = foreignSection(definition.cloud, entry);
  if (foreign !== undefined)
    return fail(`providers.${id}.${foreign}: a provider of the kind "${kind}" is not there`);
  const access = await accessTo(definition, entry, surroundings);
  if (!access.ok) return fail(`providers.${id}${access.error}`);
  return ok({
    id,
    definition,
    baseUrl: access.value.baseUrl,
    key: access.value.key,
    access: access.value,
    isConfigured: true,
    fields: Object.entries(entry.headers).flat(),
    limits: toUpstreamLimits(entry.limits),
    limitsFor: toFreeLimits(definition, entry, id),
    keys: toPool(entry.keys),
    models: entry.models ?? (isListed(definition, access.value) ? undefined : []),
  });
}

/** What a cloud has is told elsewhere than where its models answer, if at all. */
function isListed({ cloud }: ProviderDefinition, { listModels }: CloudAccess): boolean {
  return cloud === undefined || listModels !== undefined;
}

async function accessTo(
  { cloud, defaultBaseUrl }: ProviderDefinition,
  entry: Config["providers"][string],
  surroundings: Surroundings,
): Promise<Result<CloudAccess, string>> {
  if (cloud !== undefined) return await openCloud(cloud, entry, surroundings);
  const baseUrl = entry.url ?? defaultBaseUrl;
  if (baseUrl === undefined) return fail(".url is needed: only you know where it is");
  return ok({ baseUrl, key: entry.key, sign: undefined });
}

function deploy(known: Known, openWay: OpenWay): Provider {
  const { id, definition, baseUrl, access, key, isConfigured, fields, models, keys } = known;
  const { limits, limitsFor } = known;
  const {
    sign,
    modelOf = (name) => name,
    dialectFor = (model) => definition.dialectFor(model),
  } = access;
  const { origin, pathname } = new URL(baseUrl);
  const transport = openWay(origin);
  const pathPrefix = pathname === "/" ? "" : pathname;
  // The same settings opened the way to Anthropic.
  if (!transport.ok) throw new Error(transport.error);
  return {
    deployment: {
      provider: id,
      kind: definition.id,
      origin,
      pathPrefix,
      transport: transport.value,
      dialectFor: (name) => dialectFor(modelOf(name)),
      authorize: (secret) => definition.authorize(secret),
      sign,
      fields,
      keys,
      limits,
      limitsFor,
    },
    needsKey: definition.needsKey,
    isConfigured,
    key,
    checkTarget: `${pathPrefix}${definition.checkPath}`,
    listTarget: `${pathPrefix}${definition.listPath ?? definition.checkPath}`,
    models,
    keyQuestion: definition.keyQuestion,
    listModels: access.listModels,
  };
}
