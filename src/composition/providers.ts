import { withoutOneMillion } from "../base/picker-id.ts";
import { fail, ok, type Result } from "../base/result.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/schema.ts";
import type { Provider, Providers } from "../routing/providers.ts";
import type { UpstreamLimits } from "../routing/queue/index.ts";
import type { ProviderDefinition } from "../upstream/providers/provider.ts";
import { PROVIDERS } from "../upstream/providers/registry.generated.ts";
import { toUpstreamLimits } from "./upstream-limits.ts";
import type { OpenWay } from "./ways.ts";

interface Known {
  readonly id: string;
  readonly definition: ProviderDefinition;
  readonly baseUrl: string;
  readonly key: Secret | undefined;
  readonly isConfigured: boolean;
  readonly fields: readonly string[];
  readonly models: readonly string[] | undefined;
  readonly limits: UpstreamLimits | undefined;
}

const NOT_CONFIGURED = {
  key: undefined,
  isConfigured: false,
  fields: [],
  models: undefined,
  limits: undefined,
};

/** The providers beside Anthropic; a way to one is opened when a request first goes there. */
export function openProviders(
  config: Config,
  openWay: OpenWay,
): Result<Providers & AsyncDisposable, string> {
  const known = new Map<string, Known>();
  for (const [id, definition] of PROVIDERS) {
    const { defaultBaseUrl: baseUrl } = definition;
    if (baseUrl === undefined) continue;
    known.set(id, { id, definition, baseUrl, ...NOT_CONFIGURED });
  }
  for (const [id, entry] of Object.entries(config.providers)) {
    const read = readEntry(id, entry);
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
    const found = deployed.get(id) ?? deploy(provider, openWay);
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

function readEntry(id: string, entry: Config["providers"][string]): Result<Known, string> {
  const kind = entry.kind ?? id;
  const definition = PROVIDERS.get(kind);
  if (definition === undefined) {
    const kinds = [...PROVIDERS.keys()].toSorted().join(", ");
    return fail(`providers.${id}: there is no provider of the kind "${kind}"; known are ${kinds}`);
  }
  const baseUrl = entry.url ?? definition.defaultBaseUrl;
  if (baseUrl === undefined)
    return fail(`providers.${id}.url is needed: only you know where it is`);
  return ok({
    id,
    definition,
    baseUrl,
    key: entry.key,
    isConfigured: true,
    fields: Object.entries(entry.headers).flat(),
    models: entry.models,
    limits: toUpstreamLimits(entry.limits),
  });
}

function deploy(known: Known, openWay: OpenWay): Provider {
  const { id, definition, baseUrl, key, isConfigured, fields, models, limits } = known;
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
      dialectFor: (model) => definition.dialectFor(model),
      authorize: (secret) => definition.authorize(secret),
      fields,
      limits,
    },
    needsKey: definition.needsKey,
    isConfigured,
    key,
    checkTarget: `${pathPrefix}${definition.checkPath}`,
    listTarget: `${pathPrefix}${definition.listPath ?? definition.checkPath}`,
    models,
  };
}
