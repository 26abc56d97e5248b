import { ANTHROPIC } from "../../canonical/index.ts";
import type { PriceEntry } from "../../metering/index.ts";
import { type Endpoint, endpointOf } from "../../policy/residency/index.ts";
import type { Deployment } from "../../routing/deployment.ts";
import { type Abilities, FACTS_SOURCE, factsOf } from "../../upstream/model-facts.ts";
import { PROVIDERS } from "../../upstream/providers/registry.generated.ts";
import type { ExchangeSettings, House } from "../house.ts";
import type { ListedModel, OwnFacts } from "./listed-model.ts";

/** Who sells models here. */
type Sellers = Pick<House, "deployment" | "providers">;

/** All that is known of one model at one seller; undefined: not known. */
export interface CataloguedModel {
  /** What a request names it by. */
  readonly id: string;
  readonly displayName: string;
  readonly provider: string;
  /** As the provider calls it. */
  readonly model: string;
  readonly dialect: string;
  readonly contextTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly abilities: Abilities | undefined;
  /** Where the figures above are from. */
  readonly facts: { readonly source: string; readonly date: string } | undefined;
  readonly price: PriceEntry | undefined;
  /** Where requests for it are processed. */
  readonly endpoint: Endpoint | undefined;
  /** False: no list has it, so whether it is there only its provider knows. */
  readonly isListed: boolean;
  /** `open`, `cooling` and the like; undefined: nothing is wrong with it here. */
  readonly trouble: string | undefined;
}

/** What is left alone for a while; `routing/health` tells it. */
export type Troubles = readonly {
  readonly provider: string;
  readonly model: string;
  readonly owner: string | undefined;
  readonly state: string;
}[];

/** A list whose models have what is known of them beside. */
export function withKnown(
  models: readonly ListedModel[],
  keeper: Sellers,
  settings: ExchangeSettings,
): readonly ListedModel[] {
  return models.map((listed) => {
    const deployment = deploymentOf(listed.provider, keeper);
    if (deployment === undefined) return listed;
    const { contextTokens, price } = describe(listed, deployment, settings, []);
    return { ...listed, known: { contextTokens, prices: price?.prices } };
  });
}

/** Describes one name, whether or not a list has it; undefined: no provider is meant by it. */
export function describeName(
  id: string,
  keeper: Sellers,
  settings: ExchangeSettings,
  troubles: Troubles,
): CataloguedModel | undefined {
  const isClaude = id.startsWith("claude");
  const provider =
    keeper.providers.find(id)?.deployment.provider ?? (isClaude ? ANTHROPIC : undefined);
  const deployment = provider === undefined ? undefined : deploymentOf(provider, keeper);
  if (provider === undefined || deployment === undefined) return undefined;
  const listed = { id, provider, displayName: id, createdAt: undefined };
  return { ...describe(listed, deployment, settings, troubles), isListed: false };
}

/** Undefined: nobody sells it, such as a name of the operator's. */
export function deploymentOf(
  provider: string,
  { deployment, providers }: Sellers,
): Deployment | undefined {
  return provider === ANTHROPIC ? deployment : providers.get(provider)?.deployment;
}

/** All that is known of a listed model. */
export function describe(
  { id, provider, displayName }: ListedModel,
  deployment: Deployment,
  { catalogue, residency, models: { ownFacts } }: ExchangeSettings,
  troubles: Troubles,
): CataloguedModel {
  const model = id.startsWith(`${provider}/`) ? id.slice(provider.length + 1) : id;
  const dialect = deployment.dialectFor(model);
  const known = knownFacts(deployment, model);
  const own = ownFacts.get(`${provider}/${model}`) ?? ownFacts.get(id);
  const isKnown = known.contextTokens !== undefined || known.outputTokens !== undefined;
  return {
    id,
    displayName,
    provider,
    model,
    dialect: dialect.id,
    contextTokens: own?.contextTokens ?? known.contextTokens ?? dialect.contextTokens,
    outputTokens: own?.outputTokens ?? known.outputTokens,
    abilities: withOwn(known.abilities, own),
    facts: own === undefined ? (isKnown ? FACTS_SOURCE : undefined) : CONFIGURED,
    price: catalogue.of(deployment).find(model),
    endpoint: endpointOf({
      origin: deployment.origin,
      model,
      inferenceGeo: undefined,
      endpoints: residency.endpoints,
    }),
    isListed: true,
    trouble: troubles.find(
      (trouble) =>
        trouble.owner === undefined && trouble.provider === provider && trouble.model === model,
    )?.state,
  };
}

const CONFIGURED = { source: "configuration", date: "" } as const;

/** A model that is sold for somebody else is what it is there. */
function knownFacts({ kind, pathPrefix }: Deployment, model: string) {
  const known = factsOf(kind, model);
  if (known.contextTokens !== undefined) return known;
  const sale = { askedModel: model, pathPrefix };
  const [resale] = PROVIDERS.get(kind)?.resells?.(model, sale) ?? [];
  return resale === undefined ? known : factsOf(resale.kind, resale.model);
}

const TEXT_ALONE: Abilities = {
  input: ["text"],
  output: ["text"],
  reasoning: false,
  caching: false,
  tools: false,
};

function withOwn(known: Abilities | undefined, own: OwnFacts | undefined): Abilities | undefined {
  const { contextTokens: _, outputTokens: __, ...abilities } = own ?? {};
  const said = Object.entries(abilities).filter(([, value]) => value !== undefined);
  if (said.length === 0) return known;
  return { ...(known ?? TEXT_ALONE), ...Object.fromEntries(said) };
}
