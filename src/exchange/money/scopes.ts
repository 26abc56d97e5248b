import type { VirtualKey } from "../../identity/keys/index.ts";
import type { BudgetScope } from "../../policy/budget/index.ts";
import type { UpstreamMode } from "../../routing/candidate.ts";
import type { BudgetRule } from "../../store/key-record.ts";

/** What a key may spend in a mode: no overflow is without a cap, also of a key that has no budget (design R2). */
export function keyScope(key: VirtualKey, mode: UpstreamMode, cap: BudgetRule): BudgetScope {
  const { budgets, dailyRequests, timeZone } = key.settings;
  const isCapped = mode === "byok-overflow" && budgets.length === 0;
  return {
    id: key.id,
    name: key.name,
    budgets: isCapped ? [cap] : budgets,
    dailyRequests,
    timeZone,
  };
}

/** What the person whose machine this is may spill without a key. */
export function userScope(principal: string, cap: BudgetRule): BudgetScope {
  return {
    id: `user/${principal}`,
    name: principal,
    budgets: [cap],
    timeZone: cap.timeZone,
  };
}
