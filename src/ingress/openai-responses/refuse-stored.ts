import type { Field } from "../field.ts";

const REMEDY =
  "Nothing is stored here: send the whole conversation as input, every time, and leave this out.";
const NOT_FOUND = `Previous response not found. ${REMEDY}`;

/**
 * Refuses what needs an answer that was stored, or one that is to be.
 *
 * A client that leaves `store` out is not refused, though the API stores by default: most never ask for what was stored,
 * and those that do are told so then. One that says `true` counts on it.
 */
export function refuseStored(body: Field): void {
  for (const name of ["previous_response_id", "conversation"]) {
    const field = body.at(name);
    if (!field.isAbsent) field.refuse("null", NOT_FOUND);
  }
  for (const name of ["store", "background"]) {
    const field = body.at(name);
    const isAsked = field.optional((it) => it.boolean("Send false, or leave it out."));
    if (isAsked === true) field.refuse("false", REMEDY);
  }
}
