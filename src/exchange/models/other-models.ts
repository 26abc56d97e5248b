import type { Secret } from "../../base/secret.ts";
import { ANTHROPIC } from "../../canonical/index.ts";
import type { Provider } from "../../routing/providers.ts";
import type { ProvidedModel } from "../../upstream/model-list.ts";
import type { House } from "../house.ts";
import type { ListedModel, ListSettings } from "./listed-model.ts";

type Keeper = Pick<House, "providers" | "vault" | "providerLists">;

/** The models of all providers but Anthropic that an organisation uses. */
export interface OtherModels {
  readonly models: readonly ListedModel[];
  /** Providers that did not say what they have. */
  readonly unavailable: readonly string[];
}

export const NO_OTHERS: OtherModels = { models: [], unavailable: [] };

/** Providers that the configuration names, then those for which the organisation stored a key. Nobody else is ever asked. */
export function othersInUse(
  { providers, vault }: Omit<Keeper, "providerLists">,
  organisation: string,
): readonly string[] {
  const keyed = vault.list(organisation).map(({ provider }) => provider);
  const known = new Set(providers.ids);
  return [...new Set([...providers.configured, ...keyed])].filter(
    (id) => id !== ANTHROPIC && known.has(id),
  );
}

/** Asks them, each with its own credential; those whose models the configuration names come last, unasked. */
export async function otherModels(
  keeper: Keeper,
  organisation: string,
  { bare, mayAsk }: Pick<ListSettings, "bare" | "mayAsk">,
): Promise<OtherModels> {
  const used = othersInUse(keeper, organisation).flatMap((id) => {
    const provider = keeper.providers.get(id);
    if (provider === undefined || !mayAsk(provider.deployment)) return [];
    const [pooled] = provider.deployment.keys ?? [];
    const key = keeper.vault.find(organisation, id)?.secret ?? provider.key ?? pooled?.secret;
    return [{ id, provider, key }];
  });
  const asked = used.filter(isAsked);
  const sources = asked.map(({ provider, key }) => ({
    deployment: provider.deployment,
    target: provider.listTarget,
    key,
    listModels: provider.listModels,
  }));
  const lists = await keeper.providerLists.read(organisation, sources);
  const fetched = asked.flatMap(({ id }, index) =>
    (lists[index] ?? []).map((model) => toListed(id, model, bare)),
  );
  const named = used.flatMap(({ id, provider }) =>
    (provider.models ?? []).map((name) => toListed(id, unknown(name), bare)),
  );
  return {
    models: [...fetched, ...named],
    unavailable: asked.flatMap(({ id }, index) => (lists[index] === undefined ? [id] : [])),
  };
}

/** Without the key that it needs it would only refuse. */
function isAsked({ provider, key }: { provider: Provider; key: Secret | undefined }): boolean {
  const { models, needsKey, listModels } = provider;
  return models === undefined && (key !== undefined || !needsKey || listModels !== undefined);
}

function unknown(id: string): ProvidedModel {
  return { id, displayName: undefined, createdAt: undefined };
}

function toListed(
  provider: string,
  { id: name, displayName, createdAt }: ProvidedModel,
  bare: ReadonlySet<string>,
): ListedModel {
  const id = bare.has(provider) ? name : `${provider}/${name}`;
  return { id, provider, displayName: displayName ?? id, createdAt };
}
