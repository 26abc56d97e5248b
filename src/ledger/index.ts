export {
  budgetAccount,
  heldAccount,
  MIRROR_ACCOUNT,
  providerAccount,
  spendAccount,
} from "./accounts.ts";
export { ExchangeLedger, type ExchangeMoney } from "./exchange-ledger.ts";
export { type Hold, type Occasion, type Rates, release, reserve, settle, topUp } from "./verbs.ts";
export { verifyLedger } from "./verify.ts";
