import { plainModelId, spelling } from "../base/model-id.ts";
import data from "./model-facts.generated.json" with { type: "json" };

/** A kind of content. */
export type Modality = "text" | "image" | "audio" | "video" | "file";

/** How much a model reads and writes, in tokens, and what it can do; undefined: not known. */
export interface ModelFacts {
  /** The longest prompt. */
  readonly contextTokens: number | undefined;
  /** The longest answer: asking for more is refused by many servers. */
  readonly outputTokens: number | undefined;
  readonly abilities: Abilities | undefined;
}

export interface Abilities {
  readonly input: readonly Modality[];
  readonly output: readonly Modality[];
  /** It thinks before it answers. */
  readonly reasoning: boolean;
  /** What it read before costs less. */
  readonly caching: boolean;
  readonly tools: boolean;
}

/**
 * The taken file: by kind of provider and its name for the model the longest prompt and answer, 0 for not known, and what it can
 * do, as `tif>t rcu`: text, image and file in, text out; it reasons, caches and uses tools.
 */
export interface TakenFacts {
  readonly source: string;
  /** Day on which it was taken. */
  readonly date: string;
  readonly models: Readonly<Record<string, Readonly<Record<string, readonly (number | string)[]>>>>;
}

const { models: taken, source, date }: TakenFacts = data;
const PROVIDERS = new Map(
  Object.entries(taken).map(([kind, models]) => [
    kind,
    new Map(Object.entries(models).map(([name, row]) => [spelling(name), row])),
  ]),
);
const UNKNOWN: ModelFacts = {
  contextTokens: undefined,
  outputTokens: undefined,
  abilities: undefined,
};

/** Where the facts are from. */
export const FACTS_SOURCE = { source, date } as const;

/** A kind of provider's own names for the models of which something is known. */
export function modelsOf(kind: string): readonly string[] {
  return Object.keys(taken[kind] ?? {});
}

/** The facts of a provider's model, which the same model may have otherwise elsewhere. */
export function factsOf(kind: string, model: string): ModelFacts {
  const models = PROVIDERS.get(kind);
  const found = namesOf(model).find((name) => models?.has(name));
  if (models === undefined || found === undefined) return UNKNOWN;
  const [context, output, abilities = ""] = models.get(found) ?? [];
  return {
    contextTokens: Number(context) || undefined,
    outputTokens: Number(output) || undefined,
    abilities: readAbilities(String(abilities)),
  };
}

const MODALITIES: Readonly<Record<string, Modality>> = {
  t: "text",
  i: "image",
  a: "audio",
  v: "video",
  f: "file",
};

function readAbilities(letters: string): Abilities | undefined {
  const [, input = "", output = "", does = ""] = /^(\w+)>(\w+) (\w*)$/.exec(letters) ?? [];
  if (input === "") return undefined;
  const read = (codes: string) => codes.split("").flatMap((code) => MODALITIES[code] ?? []);
  return {
    input: read(input),
    output: read(output),
    reasoning: does.includes("r"),
    caching: does.includes("c"),
    tools: does.includes("u"),
  };
}

/** Its own name first, for an edition may have limits of its own; then that of its base, its variant or its family. */
function namesOf(model: string): readonly string[] {
  const name = spelling(model);
  const base = name.replace(/^ft:([^:]+).*$/, "$1").replace(/:[a-z]+$/, "");
  return [name, base, plainModelId(base), base.replace(/-(?:0[1-9]|1[0-2])[0-3][0-9]$/, "")];
}
