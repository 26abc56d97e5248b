import type { CanonicalRequest, Effort, JsonObject } from "../../../canonical/index.ts";
import type { Lose } from "./losses.ts";
import type { ResponsesTraits } from "./traits.ts";

const LEVELS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** Budgets up to these many tokens, by the level that thinks about as long. */
const BUDGETS: readonly (readonly [number, Effort])[] = [
  [2_000, "low"],
  [8_000, "medium"],
  [24_000, "high"],
];

/** The `reasoning` member; undefined where the request says nothing about it, or the upstream knows none. */
export function writeReasoning(
  request: CanonicalRequest,
  traits: ResponsesTraits,
  lose: Lose,
): JsonObject | undefined {
  const { thinking } = request;
  const asked = askedEffort(request);
  if (thinking === undefined && asked === undefined) return undefined;
  if (traits.efforts.length === 0) {
    if (asked !== "none") lose(thinking === undefined ? "effort" : "thinking");
    return undefined;
  }
  const effort = asked === undefined ? undefined : stepTo(asked, traits.efforts);
  if (effort !== asked) lose("effort");
  const isOn = thinking !== undefined && thinking.mode !== "off";
  const summary = isOn ? traits.summary : undefined;
  if (effort === undefined && summary === undefined) return undefined;
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(summary === undefined ? {} : { summary }),
  };
}

function askedEffort({ thinking, effort }: CanonicalRequest): Effort | undefined {
  if (thinking?.mode === "off") return "none";
  if (effort !== undefined || thinking?.mode !== "budget") return effort;
  const { budgetTokens } = thinking;
  return BUDGETS.find(([below]) => budgetTokens < below)?.[1] ?? "xhigh";
}

/** The highest level that is known and not above the one asked for; the lowest one where all are above it. */
function stepTo(asked: Effort, known: readonly Effort[]): Effort | undefined {
  const rank = LEVELS.indexOf(asked);
  const levels = LEVELS.filter((level) => known.includes(level));
  // Not to think at all is no lower form of thinking.
  const usable = asked === "none" ? levels : levels.filter((level) => level !== "none");
  return usable.findLast((level) => LEVELS.indexOf(level) <= rank) ?? usable[0];
}
