import { type AskedPlace, isMisplaced } from "../../policy/residency/index.ts";
import type { Observation } from "../../upstream/dialects/anthropic/index.ts";

/** What names a place; of anything else nothing is repeated. */
const PLACE_NAME = /^[a-z_]{1,32}$/i;

/** Where an answer says that it was made, if that is not where it had to be; undefined: nothing is wrong, or nothing said. */
export function servedElsewhere(
  { usage }: Pick<Observation, "usage">,
  asked: AskedPlace,
): string | undefined {
  const told = usage?.["inference_geo"];
  if (typeof told !== "string" || !isMisplaced(asked, told)) return undefined;
  return PLACE_NAME.test(told) ? told : "a place that has no name";
}
