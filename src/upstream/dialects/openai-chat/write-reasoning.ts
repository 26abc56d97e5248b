import type { CanonicalRequest, Effort, JsonObject } from "../../../canonical/index.ts";
import { EFFORTS, nearestEffort, wantedEffort } from "../shared/effort.ts";
import type { Lose } from "../shared/losses.ts";
import type { EffortLevels, ReasoningKnob } from "./reasoning-traits.ts";

type Asked = Pick<CanonicalRequest, "thinking" | "effort" | "maxTokens">;

/** How much the model is to reason, as its server is told. */
export function writeReasoning(asked: Asked, knob: ReasoningKnob, lose: Lose): JsonObject {
  const wanted = wantedEffort(asked);
  if (wanted === undefined) return {};
  switch (knob.by) {
    case "nothing":
      if (asked.effort !== undefined) lose("effort");
      if (asked.thinking !== undefined && wanted !== "none") lose("thinking");
      return {};
    case "reasoning_effort": {
      const level = wanted === "adaptive" ? knob.adaptive : wanted;
      if (level === undefined) return {};
      const spelled = spell(asked, level, knob.levels, lose);
      return spelled === undefined ? {} : { reasoning_effort: spelled };
    }
    case "reasoning":
      return { reasoning: writeReasoningObject(asked, wanted, knob, lose) };
    case "enable_thinking": {
      if (asked.effort !== undefined && wanted !== "none") lose("effort");
      if (asked.thinking?.mode === "budget" && !knob.takesBudget) lose("thinking");
      const budget = knob.takesBudget ? budgetOf(asked) : undefined;
      const members = {
        enable_thinking: wanted !== "none",
        ...(budget === undefined ? {} : { thinking_budget: budget }),
      };
      return knob.place === "body" ? members : { chat_template_kwargs: members };
    }
    case "thinking": {
      const type = wanted === "none" ? "disabled" : "enabled";
      if (wanted === "none" || wanted === "adaptive") return { thinking: { type } };
      const spelled = spell(asked, wanted, knob.levels, lose);
      return {
        thinking: { type },
        ...(spelled === undefined ? {} : { reasoning_effort: spelled }),
      };
    }
  }
}

function writeReasoningObject(
  asked: Asked,
  wanted: Effort | "adaptive",
  knob: Extract<ReasoningKnob, { readonly by: "reasoning" }>,
  lose: Lose,
): JsonObject {
  const budget = knob.takesBudget && asked.effort === undefined ? budgetOf(asked) : undefined;
  if (budget !== undefined) return { max_tokens: budget };
  if (wanted === "adaptive") return { enabled: true };
  if (wanted === "none" && knob.levels.none === undefined) return { enabled: false };
  const spelled = spell(asked, wanted, knob.levels, lose);
  return spelled === undefined ? { enabled: true } : { effort: spelled };
}

/** A level in the model's own word; a step to another level is noted under what the client said. */
function spell(asked: Asked, wanted: Effort, levels: EffortLevels, lose: Lose): string | undefined {
  const known = nearestEffort(
    wanted,
    EFFORTS.filter((level) => levels[level] !== undefined),
  );
  if (known !== wanted)
    lose(asked.effort === undefined || wanted === "none" ? "thinking" : "effort");
  return known === undefined ? undefined : levels[known];
}

/** A budget has to leave room for the answer. */
function budgetOf({ thinking, maxTokens }: Asked): number | undefined {
  if (thinking?.mode !== "budget") return undefined;
  return maxTokens === undefined
    ? thinking.budgetTokens
    : Math.min(thinking.budgetTokens, Math.max(1, maxTokens - 1));
}
