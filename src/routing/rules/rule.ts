/** The facts that a rule can ask for beside its expression; texts, or texts with `*` for any characters. */
export const PLAIN_CONDITIONS = ["model", "tier", "class", "principal", "key", "client"] as const;
export type PlainCondition = (typeof PLAIN_CONDITIONS)[number];

/** What becomes of a request that a rule is for. */
export type RuleAction =
  /** It has this name from now on. */
  | { readonly to: string }
  /** Its client is told this. */
  | { readonly refuse: string }
  /** It keeps its name, whatever later rules say. */
  | { readonly stop: true };

/** A rule as the operator wrote it. */
export interface RuleSpec {
  readonly name: string;
  /** Undefined: the plain conditions are all. */
  readonly when?: string | undefined;
  /** One of the texts each. */
  readonly plain: Readonly<Partial<Record<PlainCondition, readonly string[]>>>;
  readonly action: RuleAction;
}
