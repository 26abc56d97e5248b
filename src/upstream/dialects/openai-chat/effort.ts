import type { CanonicalRequest, Effort } from "../../../canonical/index.ts";
import type { EffortLevels } from "./reasoning-traits.ts";

/** From no reasoning at all to all that a model can. */
const RISING: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The level that a budget of fewer tokens than this is worth. */
const BUDGET_STEPS: readonly (readonly [number, Effort])[] = [
  [2_000, "low"],
  [8_000, "medium"],
  [24_000, "high"],
];

/** How much reasoning a request asks for; undefined: it says nothing. */
export function wantedEffort({
  thinking,
  effort,
}: Pick<CanonicalRequest, "thinking" | "effort">): Effort | "adaptive" | undefined {
  if (thinking?.mode === "off") return "none";
  if (effort !== undefined) return effort;
  if (thinking?.mode !== "budget") return thinking?.mode;
  const { budgetTokens } = thinking;
  return BUDGET_STEPS.find(([below]) => budgetTokens < below)?.[1] ?? "xhigh";
}

/**
 * The nearest level that a model knows: the next lower one, else the next higher. Only who wants none gets none, and then
 * the least there is.
 */
export function knownEffort(wanted: Effort, levels: EffortLevels): Effort | undefined {
  const known = RISING.filter((level) => levels[level] !== undefined);
  if (wanted === "none") return known[0];
  const rank = RISING.indexOf(wanted);
  const some = known.filter((level) => level !== "none");
  return some.findLast((level) => RISING.indexOf(level) <= rank) ?? some[0];
}
