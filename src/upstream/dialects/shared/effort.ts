import type { CanonicalRequest, Effort } from "../../../canonical/index.ts";

/** From no thinking at all to all that a model can. */
export const EFFORTS: readonly Effort[] = [
  "none",
  "minimal",
  "low",
  "medium",
  "high",
  "xhigh",
  "max",
];

/** The level that a budget of fewer tokens than this is worth. */
const BUDGET_STEPS: readonly (readonly [number, Effort])[] = [
  [2_000, "low"],
  [8_000, "medium"],
  [24_000, "high"],
];

/** The level that thinks about as long as a budget lasts. */
export function effortOfBudget(budgetTokens: number): Effort {
  return BUDGET_STEPS.find(([below]) => budgetTokens < below)?.[1] ?? "xhigh";
}

/** How much thinking a request asks for; undefined: it says nothing. */
export function wantedEffort({
  thinking,
  effort,
}: Pick<CanonicalRequest, "thinking" | "effort">): Effort | "adaptive" | undefined {
  if (thinking?.mode === "off") return "none";
  if (effort !== undefined) return effort;
  return thinking?.mode === "budget" ? effortOfBudget(thinking.budgetTokens) : thinking?.mode;
}

/**
 * The nearest level that a model knows: the next lower one, else the next higher. Only who wants none gets none, and then
 * the least there is.
 */
export function nearestEffort(wanted: Effort, known: readonly Effort[]): Effort | undefined {
  const rising = EFFORTS.filter((level) => known.includes(level));
  if (wanted === "none") return rising[0];
  const some = rising.filter((level) => level !== "none");
  const rank = EFFORTS.indexOf(wanted);
  return some.findLast((level) => EFFORTS.indexOf(level) <= rank) ?? some[0];
}
