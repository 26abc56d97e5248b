/** A budget's money; its balance is minus what the scope has spent or has on hold. */
export function budgetAccount(scope: string): string {
  return `budget:${scope}`;
}

/** What a principal without a budget spends. */
export function spendAccount(principal: string): string {
  return `spend:${principal}`;
}

/** Money that waits for the end of one exchange; zero once that is over. */
export function heldAccount(exchangeId: string): string {
  return `held:${exchangeId}`;
}

/** What a provider is owed. */
export function providerAccount(provider: string): string {
  return `provider:${provider}`;
}

/**
 * The counterpart of money that is counted in more than one budget.
 *
 * A request of a key in a team lowers both budgets, but the provider is paid once; the second time is paid here.
 */
export const MIRROR_ACCOUNT = "mirror";
