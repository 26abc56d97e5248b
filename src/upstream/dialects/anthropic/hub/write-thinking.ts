import type {
  CanonicalRequest,
  Effort,
  JsonObject,
  Thinking,
} from "../../../../canonical/index.ts";
import { EFFORTS, nearestEffort } from "../../shared/effort.ts";
import type { Writing } from "./traits.ts";

interface WrittenThinking {
  readonly thinking: JsonObject | undefined;
  readonly effort: Effort | undefined;
}

/** What each effort may spend on a model that thinks within a budget. */
const BUDGETS: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 32_000,
  max: 32_000,
};

/** @source https://platform.claude.com/docs/en/build-with-claude/extended-thinking (read 2026-11-21) */
const SMALLEST_BUDGET = 1_024;

/** How much the model is to think, in the words that it takes; `maxTokens` is the limit that goes with it. */
export function writeThinking(
  request: CanonicalRequest,
  maxTokens: number,
  writing: Writing,
): WrittenThinking {
  const wanted = wantedThinking(request, writing);
  const effort = takenEffort(effortOf(request, wanted, writing), writing);
  if (wanted === undefined) return { thinking: undefined, effort };
  if (wanted.mode === "off") {
    // Some models think whether asked or not, and refuse to be told not to: only their own clients know which.
    return { thinking: writing.isOwn ? { type: "disabled" } : undefined, effort };
  }
  switch (writing.traits.thinking) {
    case "none":
      writing.lose("thinking");
      return { thinking: undefined, effort };
    case "adaptive":
      return { thinking: { type: "adaptive" }, effort };
    case "either":
      if (wanted.mode === "adaptive") return { thinking: { type: "adaptive" }, effort };
      return { thinking: withinBudget(wanted.budgetTokens, maxTokens, writing), effort };
    case "budget": {
      const budget =
        wanted.mode === "budget" ? wanted.budgetTokens : BUDGETS[request.effort ?? "medium"];
      return { thinking: withinBudget(budget, maxTokens, writing), effort };
    }
    default:
      return writing.traits.thinking satisfies never;
  }
}

/** In other dialects an effort alone asks for thinking. */
function wantedThinking(request: CanonicalRequest, writing: Writing): Thinking | undefined {
  const { thinking, effort, toolChoice } = request;
  if (writing.isOwn) return thinking;
  const byEffort: Thinking | undefined =
    effort === undefined ? undefined : { mode: effort === "none" ? "off" : "adaptive" };
  const wanted = thinking ?? byEffort;
  const isForced = toolChoice?.type === "any" || toolChoice?.type === "tool";
  if (!isForced || wanted === undefined || wanted.mode === "off") return wanted;
  // The API refuses both together, and who forces a tool wants its input rather than thoughts.
  writing.lose("thinking");
  return { mode: "off" };
}

/** The budget goes with answers: it has to leave room for one. */
function withinBudget(wanted: number, maxTokens: number, writing: Writing): JsonObject | undefined {
  const budget = Math.min(Math.max(wanted, SMALLEST_BUDGET), maxTokens - 1);
  if (budget !== wanted && writing.isOwn) writing.lose("thinking");
  if (budget >= SMALLEST_BUDGET) return { type: "enabled", budget_tokens: budget };
  writing.lose("thinking");
  return undefined;
}

/** A budget becomes an effort on a model that takes no budgets. */
function effortOf(
  request: CanonicalRequest,
  wanted: Thinking | undefined,
  { traits }: Writing,
): Effort | undefined {
  if (request.effort !== undefined || wanted?.mode !== "budget") return request.effort;
  if (traits.thinking !== "adaptive") return undefined;
  return EFFORTS.findLast((level) => BUDGETS[level] <= wanted.budgetTokens);
}

/** The level itself or the next lower one that the model takes; the lowest where there is none. */
function takenEffort(effort: Effort | undefined, writing: Writing): Effort | undefined {
  const { efforts, thinking } = writing.traits;
  if (effort === undefined || effort === "none") return undefined;
  const nearest = nearestEffort(effort, efforts);
  const isSaidByBudget = nearest === undefined && thinking === "budget";
  if (nearest !== effort && !isSaidByBudget) writing.lose("effort");
  return nearest;
}
