/** Anthropic's model families that have a substitute elsewhere. */
export const TIERS = ["opus", "sonnet", "haiku"] as const;
export type Tier = (typeof TIERS)[number];

/** What a model's name says of whose it is; `none` where there is no name. */
export type ModelClass = Tier | "claude" | "foreign" | "none";

export type Destination = "anthropic" | "redirect" | "foreign";

/** A request whose way depends on its model and on how full its account is. */
export interface DispatchSituation {
  readonly model: ModelClass;
  readonly isRedirected: boolean;
  /** Whether somebody is configured who answers for Claude, and for the others. */
  readonly has: { readonly redirect: boolean; readonly foreign: boolean };
}

export interface Dispatch {
  readonly to: Destination;
  readonly reason: string;
  /** The model's name is exchanged for this family's substitute. */
  readonly substitute?: Tier | undefined;
}

interface Rule extends Dispatch {
  readonly models: readonly ModelClass[];
  /** True: only while the account is redirected. */
  readonly whenRedirected?: true;
}

/** The first rule that fits; where nobody is configured for its destination, the next one. */
const RULES: readonly Rule[] = [
  { models: ["foreign"], to: "foreign", reason: "non-claude-model" },
  ...TIERS.map(
    (tier): Rule => ({
      models: [tier],
      whenRedirected: true,
      to: "redirect",
      reason: `redirect-${tier}`,
      substitute: tier,
    }),
  ),
  { models: ["claude"], whenRedirected: true, to: "redirect", reason: "redirect-unknown-tier" },
  { models: ["none"], to: "anthropic", reason: "parse-failed-fail-safe" },
  {
    models: [...TIERS, "claude", "foreign"],
    to: "anthropic",
    reason: "anthropic-passthrough",
  },
];

/** Where a request goes (requirements S1-083 to S1-093), as data. */
export function dispatch({ model, isRedirected, has }: DispatchSituation): Dispatch {
  const rule = RULES.find(
    ({ models, whenRedirected, to }) =>
      models.includes(model) &&
      (whenRedirected !== true || isRedirected) &&
      (to === "anthropic" || has[to]),
  );
  if (rule === undefined) throw new Error(`no rule for ${model}`);
  return rule;
}

const FAMILY = /^(?:claude(?:$|[-/.@])|anthropic[/.])|^[a-z]{2,6}\.anthropic\./i;
const ALIAS = /^(?:opus|sonnet|haiku)$/i;

/** The family comes first: `gpt-opus-x` is nobody's Opus (req:C-11). */
export function modelClassOf(model: string | undefined): ModelClass {
  if (model === undefined || model === "") return "none";
  const name = model.toLowerCase().replace(/\[1m\]$/, "");
  if (!FAMILY.test(name) && !ALIAS.test(name)) return "foreign";
  return TIERS.find((tier) => name.includes(tier)) ?? "claude";
}
