import type { Effort, JsonObject, OutputFormat, Thinking } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

/** A member that is understood in part: what it says here, and what only the dialect knows. */
interface Read<T> {
  readonly value: T | undefined;
  readonly rest: JsonObject | undefined;
}

const NOTHING = { value: undefined, rest: undefined };
const EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const BUDGET_MEMBERS = new Set(["type", "budget_tokens"]);
const TYPE_MEMBER = new Set(["type"]);
const FORMAT_MEMBERS = new Set(["type", "schema"]);

/** A mode that is not known here stays whole among the rest. */
export function readThinking(field: Field): Read<Thinking> {
  if (field.isAbsent) return NOTHING;
  const raw = field.object("Send an object with a type, or leave it out.");
  switch (raw["type"]) {
    case "enabled": {
      const budgetTokens = field.at("budget_tokens").number("Say how many tokens it may take.");
      return { value: { mode: "budget", budgetTokens }, rest: field.rest(BUDGET_MEMBERS) };
    }
    case "adaptive":
      return { value: { mode: "adaptive" }, rest: field.rest(TYPE_MEMBER) };
    case "disabled":
      return { value: { mode: "off" }, rest: field.rest(TYPE_MEMBER) };
    default:
      return { value: undefined, rest: raw };
  }
}

interface OutputConfig {
  readonly effort: Effort | undefined;
  readonly format: OutputFormat | undefined;
}

/** `output_config`; its members that are not known here, and values of those that are, stay among the rest. */
export function readOutputConfig(field: Field): Read<OutputConfig> {
  if (field.isAbsent) return NOTHING;
  const raw = field.object("Send an object, or leave it out.");
  const effort = EFFORTS.find((level) => level === raw["effort"]);
  const format = readFormat(field.at("format"));
  const understood = new Set([
    ...(effort === undefined ? [] : ["effort"]),
    ...(format === undefined ? [] : ["format"]),
  ]);
  return { value: { effort, format }, rest: field.rest(understood) };
}

/** Undefined: absent, or a form that only Anthropic's API knows. */
export function readFormat(field: Field): OutputFormat | undefined {
  if (field.isAbsent) return undefined;
  const raw = field.object("Send an object with a type, or leave it out.");
  if (raw["type"] !== "json_schema" || field.rest(FORMAT_MEMBERS) !== undefined) return undefined;
  return { schema: field.at("schema").object("Send the JSON Schema of the answer.") };
}
