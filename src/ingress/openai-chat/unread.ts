import type { JsonObject } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

/** The members that only this API knows, as they came; undefined when there are none. SDKs write null for what was not set. */
export function unread(field: Field, known: ReadonlySet<string>): JsonObject | undefined {
  const said = Object.entries(field.rest(known) ?? {}).filter(([, value]) => value !== null);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}
