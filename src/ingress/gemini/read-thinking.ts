import type { Effort, JsonObject, Thinking } from "../../canonical/index.ts";
import { type Field, member, numberOf, restOf } from "./member.ts";

interface ReadThinking {
  readonly thinking?: Thinking | undefined;
  readonly effort?: Effort | undefined;
  /** What only this API can say. */
  readonly rest?: JsonObject | undefined;
}

const EFFORTS: Readonly<Record<string, Effort>> = {
  MINIMAL: "minimal",
  LOW: "low",
  MEDIUM: "medium",
  HIGH: "high",
};

/**
 * How much the model is to think: by a budget, of which -1 is the model's own judgement, or by a level. To ask for the
 * thoughts alone is to leave it to the model.
 */
export function readThinkingConfig(field: Field): ReadThinking {
  if (field.isAbsent) return {};
  field.object("Send an object, or none.");
  const budget = member(field, "thinkingBudget").optional((it) =>
    numberOf(it, "Send a number of tokens, or none."),
  );
  const level = member(field, "thinkingLevel");
  const effort = EFFORTS[String(level.value).toUpperCase()];
  const shown = member(field, "includeThoughts").value;
  const isAsked = effort !== undefined || shown === true;
  const isKnown =
    effort !== undefined || level.isAbsent || level.value === "THINKING_LEVEL_UNSPECIFIED";
  const rest = {
    ...restOf(field, ["thinkingBudget", "thinkingLevel", "includeThoughts"]),
    ...(isKnown ? {} : { thinkingLevel: level.value }),
    ...(shown === false ? { includeThoughts: false } : {}),
  };
  return {
    thinking: byBudget(budget) ?? (isAsked ? { mode: "adaptive" } : undefined),
    effort,
    rest: Object.keys(rest).length === 0 ? undefined : rest,
  };
}

function byBudget(budget: number | undefined): Thinking | undefined {
  if (budget === undefined) return undefined;
  if (budget === 0) return { mode: "off" };
  return budget < 0 ? { mode: "adaptive" } : { mode: "budget", budgetTokens: budget };
}
