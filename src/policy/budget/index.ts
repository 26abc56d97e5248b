export { type Admission, BudgetGate, type Claim } from "./gate.ts";
export { type BudgetScope, type BudgetState, type Rates, stateOf, usedWithout } from "./state.ts";
export { type BudgetWindow, budgetWindow } from "./windows.ts";
