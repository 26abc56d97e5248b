import type { CanonicalRequest, JsonObject } from "../../../canonical/index.ts";
import { nearestEffort, wantedEffort } from "../shared/effort.ts";
import type { Lose } from "../shared/losses.ts";
import type { ResponsesTraits } from "./traits.ts";

/** The `reasoning` member; undefined where the request says nothing about it, or the upstream knows none. */
export function writeReasoning(
  request: CanonicalRequest,
  traits: ResponsesTraits,
  lose: Lose,
): JsonObject | undefined {
  const { thinking } = request;
  const wanted = wantedEffort(request);
  // To adapt is what the model does by itself.
  const asked = wanted === "adaptive" ? undefined : wanted;
  if (thinking === undefined && asked === undefined) return undefined;
  if (traits.efforts.length === 0) {
    if (asked !== "none") lose(thinking === undefined ? "effort" : "thinking");
    return undefined;
  }
  const effort = asked === undefined ? undefined : nearestEffort(asked, traits.efforts);
  if (effort !== asked) lose("effort");
  const isOn = thinking !== undefined && thinking.mode !== "off";
  const summary = isOn ? traits.summary : undefined;
  if (effort === undefined && summary === undefined) return undefined;
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { summary }),
  };
}
