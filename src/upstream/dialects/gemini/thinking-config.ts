import type { CanonicalRequest, Effort, JsonObject } from "../../../canonical/index.ts";
import { EFFORTS, effortOfBudget } from "../shared/effort.ts";
import type { Lose } from "../shared/losses.ts";
import {
  EFFORT_BUDGETS,
  type GeminiTraits,
  type ThinkingKnob,
  type ThinkingLevel,
} from "./traits.ts";

type Asked = Pick<CanonicalRequest, "thinking" | "effort" | "maxTokens">;

/** How much to think, in the words of the model's generation; undefined where nothing was asked. */
export function writeThinking(
  asked: Asked,
  { thinking: knob }: GeminiTraits,
  lose: Lose,
): JsonObject | undefined {
  const { thinking, effort } = asked;
  if (thinking === undefined && effort === undefined) return undefined;
  const isOff = thinking?.mode === "off" || (thinking === undefined && effort === "none");
  switch (knob.kind) {
    case "none":
      if (!isOff) lose(thinking === undefined ? "effort" : "thinking");
      return undefined;
    case "budget":
      return isOff ? offByBudget(knob, lose) : shown({ thinkingBudget: budgetOf(asked, knob) });
    case "level":
      return isOff ? offByLevel(knob.levels, lose) : shown(levelOf(asked, knob.levels));
  }
}

function shown(config: JsonObject): JsonObject {
  return { ...config, includeThoughts: true };
}

function offByBudget(knob: ThinkingKnob & { kind: "budget" }, lose: Lose): JsonObject {
  if (knob.canTurnOff) return { thinkingBudget: 0 };
  lose("thinking");
  return { thinkingBudget: knob.min };
}

/** No level is none at all. */
function offByLevel(levels: readonly ThinkingLevel[], lose: Lose): JsonObject {
  lose("thinking");
  return { thinkingLevel: levels[0] };
}

/** -1 lets the model decide. */
function budgetOf(
  { thinking, effort, maxTokens }: Asked,
  knob: ThinkingKnob & { kind: "budget" },
): number {
  if (thinking?.mode !== "budget" && (effort === undefined || effort === "none")) return -1;
  const asked = thinking?.mode === "budget" ? thinking.budgetTokens : effortBudget(effort);
  // The thoughts count into the answer's limit; a budget that fills it would leave no answer.
  const room = maxTokens === undefined ? knob.max : Math.floor(maxTokens / 2);
  const wanted =
    thinking?.mode === "budget" && asked < (maxTokens ?? Infinity) ? asked : Math.min(asked, room);
  return Math.max(knob.min, Math.min(knob.max, wanted));
}

function effortBudget(effort: Effort | undefined): number {
  return effort === undefined || effort === "none" ? 0 : EFFORT_BUDGETS[effort];
}

/** Nothing where the model decides: the default of every generation is its own judgement. */
function levelOf({ thinking, effort }: Asked, levels: readonly ThinkingLevel[]): JsonObject {
  const wanted =
    effort ?? (thinking?.mode === "budget" ? effortOfBudget(thinking.budgetTokens) : undefined);
  if (wanted === undefined || wanted === "none") return {};
  const rank = EFFORTS.indexOf(wanted);
  const atLeast = levels.find((level) => EFFORTS.indexOf(level) >= rank);
  return { thinkingLevel: atLeast ?? levels.at(-1) };
}
