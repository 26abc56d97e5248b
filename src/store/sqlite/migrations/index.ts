import { exchanges } from "./0001-exchanges.ts";
import { keys } from "./0002-keys.ts";
import { route } from "./0003-route.ts";
import { quotaOwners } from "./0004-quota-owners.ts";
import { sellers } from "./0005-sellers.ts";

/** Steps of the schema in order, forward only; a released one is never edited. The schema's version is their count. */
export const MIGRATIONS: readonly string[] = [exchanges, keys, route, quotaOwners, sellers];
