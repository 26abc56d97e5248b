import { isObject } from "../../base/json.ts";
import type { CanonicalRequest, Effort, JsonObject, Thinking } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { unread } from "./unread.ts";

interface ReadReasoning extends Pick<CanonicalRequest, "thinking" | "effort"> {
  /** What only one server knows of it, under the member that it came in. */
  readonly extra: JsonObject;
}

const EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const OBJECT_MEMBERS = new Set(["effort", "max_tokens", "enabled"]);
const MODE_MEMBERS = new Set(["type", "budget_tokens"]);

/**
 * How much the model is to think, in any of the ways that servers of this API are told: `reasoning_effort`, OpenRouter's
 * `reasoning`, and the `thinking` of DeepSeek, Z.ai and Moonshot. Levels that are not known here stay among the extras.
 */
export function readReasoning(body: Field): ReadReasoning {
  const level = body.at("reasoning_effort").optional((it) => it.text("Send one of the levels."));
  const object = readObject(body.at("reasoning"));
  const mode = readMode(body.at("thinking"));
  const effort = toEffort(level);
  return {
    effort: effort ?? object.effort,
    thinking: object.thinking ?? mode.thinking,
    extra: {
      ...(level !== undefined && effort === undefined ? { reasoning_effort: level } : {}),
      ...object.extra,
      ...mode.extra,
    },
  };
}

function toEffort(level: unknown): Effort | undefined {
  return EFFORTS.find((known) => known === level);
}

function readObject(field: Field): ReadReasoning {
  if (field.isAbsent) return { extra: {} };
  const { effort: level, enabled } = field.object("Send an object, or leave it out.");
  const effort = toEffort(level);
  const budget = field.at("max_tokens").optional((it) => it.number("Send a number of tokens."));
  const isLevelKept = level !== undefined && level !== null && effort === undefined;
  return {
    effort,
    thinking: thinkingOf(enabled, budget, effort),
    extra: named("reasoning", {
      ...unread(field, OBJECT_MEMBERS),
      ...(isLevelKept ? { effort: level } : {}),
    }),
  };
}

function thinkingOf(
  enabled: unknown,
  budgetTokens: number | undefined,
  effort: Effort | undefined,
): Thinking | undefined {
  if (enabled === false) return { mode: "off" };
  if (budgetTokens !== undefined) return { mode: "budget", budgetTokens };
  return enabled === true && effort === undefined ? { mode: "adaptive" } : undefined;
}

function readMode(field: Field): ReadReasoning {
  if (!isObject(field.value)) return { extra: named("thinking", field.value) };
  const { type } = field.value;
  const rest = named("thinking", unread(field, MODE_MEMBERS));
  if (type === "disabled") return { thinking: { mode: "off" }, extra: rest };
  if (type !== "enabled" && type !== "adaptive") return { extra: { thinking: field.value } };
  const budgetTokens = field.at("budget_tokens").optional((it) => it.number("Send a number."));
  return {
    thinking: budgetTokens === undefined ? { mode: "adaptive" } : { mode: "budget", budgetTokens },
    extra: rest,
  };
}

function named(name: string, value: unknown): JsonObject {
  const isEmpty = isObject(value) && Object.keys(value).length === 0;
  return value === undefined || value === null || isEmpty ? {} : { [name]: value };
}
