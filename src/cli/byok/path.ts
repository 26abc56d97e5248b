import type { OwnerFlags } from "../command-parts.ts";
import { queryOf } from "../query.ts";

/** Asking the provider takes ten seconds at most, and the rest of an answer hardly any. */
export const PROVIDER_WITHIN_MS = 20_000;

/** Where all stored keys of an organisation are. */
export function storedKeysPath({ organisation }: OwnerFlags): string {
  return `/me/byok${queryOf({ organisation })}`;
}

/** Where the key for one provider is, or what can be done with it. */
export function storedKeyPath(provider: string, { organisation }: OwnerFlags, action = ""): string {
  return `/me/byok/${encodeURIComponent(provider)}${action}${queryOf({ organisation })}`;
}
