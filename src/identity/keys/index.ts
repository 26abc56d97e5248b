export {
  type KeyChange,
  KeyRing,
  type MintedKey,
  type NewKey,
  type VirtualKey,
} from "./key-ring.ts";
export { type BudgetUseView, type KeyUse, type KeyView, keyView } from "./key-view.ts";
export { type RequestDefaults, readKeyChange, readNewKey } from "./requests.ts";
export { carriesKey, isKeyShaped, KEY_PREFIX, maskKey, mintSecret } from "./secret-format.ts";
