import type { OwnerFlags } from "../command-parts.ts";
import { queryOf } from "../query.ts";

/** Where all keys of an organisation are. */
export function keysPath({ organisation }: OwnerFlags): string {
  return `/me/keys${queryOf({ organisation })}`;
}

/** Where one key is, or what can be done with it. */
export function keyPath(idOrName: string, { organisation }: OwnerFlags, action = ""): string {
  return `/me/keys/${encodeURIComponent(idOrName)}${action}${queryOf({ organisation })}`;
}
