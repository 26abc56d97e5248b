import { plainModelId } from "../src/base/model-id.ts";
import { GENERATED_PRICES } from "../src/metering/generated-prices.ts";
import { makeCatalogue } from "../src/metering/index.ts";
import { KNOWN_CLAUDE_MODELS, OWN_PRICES } from "../src/metering/own-prices.ts";
import { ENDPOINTS, placeOf } from "../src/policy/residency/index.ts";
import { FACTS_SOURCE, factsOf, modelsOf } from "../src/upstream/model-facts.ts";
import { PROVIDERS } from "../src/upstream/providers/registry.generated.ts";

/** Models beside Claude of which everything has to be known. */
const LEAST_MODELS = 60;
/** Kinds of providers whose models have no price here, and why. */
const UNPRICED: Readonly<Record<string, string>> = {
  github: "is free within its limits, and takes credits beyond them",
  huggingface: "passes on what the provider behind it takes",
  nebius: "is not in the price package",
  nvidia: "is a trial without prices",
  qwen: "is not in the price package",
};
/** Claude models of which the collections do not tell, and why. */
const UNTOLD: Readonly<Record<string, string>> = {
  "claude-mythos-5": "is to be had by invitation alone",
};
/** Kinds at which Claude is sold. */
const CLAUDE_SELLERS = ["anthropic", "bedrock", "foundry", "vertex"] as const;
const SOURCED = /^(?:https:\/\/\S+|@[\w/-]+)$/;
const DATED = /^\d{4}-\d\d(?:-\d\d)?$|^@[\w/-]+@\d/;

/** What is missing in the catalogue: every entry says where it is from, and a price or a reason why there is none. */
export function checkCatalogue(): readonly string[] {
  return [...checkFacts(), ...checkPrices(), ...checkClaude(), ...checkOthers(), ...checkPlaces()];
}

function checkFacts(): readonly string[] {
  const { source, date } = FACTS_SOURCE;
  return [
    ...(source === "" || !DATED.test(date) ? ["model facts: they need a source and a date"] : []),
    ...[...PROVIDERS.keys()]
      .filter((kind) => modelsOf(kind).length > 0 && !hasPrices(kind) && !(kind in UNPRICED))
      .map((kind) => `${kind}: its models need prices, or a reason why there are none`),
    ...Object.keys(UNPRICED)
      .filter((kind) => hasPrices(kind))
      .map((kind) => `${kind}: it has prices, so no reason is needed why not`),
  ];
}

function hasPrices(kind: string): boolean {
  const isListed = GENERATED_PRICES.some(({ provider }) => provider === kind);
  return isListed || kind === OWN_PRICES.provider || PROVIDERS.get(kind)?.resells !== undefined;
}

function checkPrices(): readonly string[] {
  return [OWN_PRICES, ...GENERATED_PRICES].flatMap(({ provider, prices }) =>
    prices
      .filter(({ source, date }) => !SOURCED.test(source) || !DATED.test(date))
      .map(({ model }) => `price of ${provider}/${model}: it needs a source and a date`),
  );
}

/** Every Claude model is known at every place that sells it. */
function checkClaude(): readonly string[] {
  return KNOWN_CLAUDE_MODELS.filter((model) => !(model in UNTOLD)).flatMap((model) =>
    CLAUDE_SELLERS.flatMap((kind) => {
      const names = modelsOf(kind).filter((name) => plainClaude(name) === model);
      if (names.length === 0) return [`${kind}: it has no name for ${model}`];
      return names
        .filter((name) => !isWhole(kind, name))
        .map((name) => `${kind}/${name}: its limits, abilities and price have to be known`);
    }),
  );
}

function plainClaude(name: string): string {
  return plainModelId(name.replace(/^.*anthropic\./, "").replace(/-v\d+(?::\d+)?$/, ""));
}

function checkOthers(): readonly string[] {
  const whole = [...PROVIDERS.keys()].flatMap((kind) =>
    modelsOf(kind).filter((name) => !name.includes("claude") && isWhole(kind, name)),
  );
  return whole.length >= LEAST_MODELS
    ? []
    : [`of ${whole.length} models beside Claude everything is known; ${LEAST_MODELS} are promised`];
}

const CATALOGUE = makeCatalogue(undefined, undefined, {
  fees: new Map(),
  resells: (kind) => PROVIDERS.get(kind)?.resells,
});

function isWhole(kind: string, model: string): boolean {
  if (!CATALOGUE.ok) return false;
  const { contextTokens, outputTokens, abilities } = factsOf(kind, model);
  const price = CATALOGUE.value.of({ provider: kind, kind }).find(model);
  const isKnown = contextTokens !== undefined && outputTokens !== undefined;
  return isKnown && abilities !== undefined && price !== undefined;
}

function checkPlaces(): readonly string[] {
  return ENDPOINTS.filter(
    ({ place, source, verified }) =>
      (place !== "global" && placeOf(place) === undefined) ||
      !SOURCED.test(source) ||
      !/^\d{4}-\d\d-\d\d$/.test(verified),
  ).map(({ origin }) => `${origin}: its place needs a source and the day on which it was read`);
}
