import { plainModelId, spelling } from "../base/model-id.ts";
import data from "./model-limits.generated.json" with { type: "json" };

/** How much a model reads and writes, in tokens; undefined: not known. */
export interface ModelLimits {
  /** The longest prompt. */
  readonly contextTokens: number | undefined;
  /** The longest answer: asking for more is refused by many servers. */
  readonly outputTokens: number | undefined;
}

/** The taken file: by kind of provider and spelling of the model, the longest prompt and answer; 0: not known. */
export interface TakenLimits {
  readonly source: string;
  readonly limits: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

const { limits }: TakenLimits = data;
const PROVIDERS = new Map(
  Object.entries(limits).map(([kind, models]) => [kind, new Map(Object.entries(models))]),
);
const UNKNOWN: ModelLimits = { contextTokens: undefined, outputTokens: undefined };

/** The limits of a provider's model, which the same model may have otherwise elsewhere. */
export function limitsOf(kind: string, model: string): ModelLimits {
  const models = PROVIDERS.get(kind);
  const found = namesOf(model).find((name) => models?.has(name));
  if (models === undefined || found === undefined) return UNKNOWN;
  const [contextTokens, outputTokens] = models.get(found) ?? [];
  return { contextTokens: contextTokens || undefined, outputTokens: outputTokens || undefined };
}

/** Its own name first, for an edition may have limits of its own; then that of its base, its variant or its family. */
function namesOf(model: string): readonly string[] {
  const name = spelling(model);
  const base = name.replace(/^ft:([^:]+).*$/, "$1").replace(/:[a-z]+$/, "");
  return [name, base, plainModelId(base), base.replace(/-(?:0[1-9]|1[0-2])[0-3][0-9]$/, "")];
}
