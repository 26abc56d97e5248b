import type { Config } from "../config/schema.ts";
import type { PooledKey } from "../routing/key-pool.ts";

/** Several keys of one provider, as they are drawn. */
export function toPool(keys: Config["anthropic"]["keys"]): readonly PooledKey[] {
  return keys.map(({ name, key, weight, for: principals }) => ({
    label: name,
    secret: key,
    weight,
    for: principals,
  }));
}
