import type { Effort, JsonObject, OutputFormat, Thinking } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

const EFFORTS: readonly Effort[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const FORMAT = new Set(["type", "name", "schema", "strict"]);

interface ReasoningMember {
  readonly thinking: Thinking | undefined;
  readonly effort: Effort | undefined;
  /** What only this dialect knows of it. */
  readonly rest: JsonObject | undefined;
}

/** `reasoning`. Whoever wants a summary wants thinking; its length is nothing that others can choose. */
export function readReasoningMember(field: Field): ReasoningMember {
  if (field.isAbsent) return { thinking: undefined, effort: undefined, rest: undefined };
  const raw = field.object("Send an object, or leave it out.");
  const effort = EFFORTS.find((level) => level === raw["effort"]);
  const summary = raw["summary"] ?? raw["generate_summary"];
  const isWanted = typeof summary === "string" && effort !== "none";
  const understood = new Set([
    ...(effort === undefined && raw["effort"] ? [] : ["effort"]),
    ...(raw["summary"] === "auto" || !raw["summary"] ? ["summary"] : []),
  ]);
  return {
    thinking: isWanted ? { mode: "adaptive" } : undefined,
    effort,
    rest: field.rest(understood),
  };
}

interface Format {
  readonly value: OutputFormat | undefined;
  readonly rest: JsonObject | undefined;
}

/** `text`: a schema is understood, and so is plain text, which is what every answer is. */
export function readFormat(field: Field): Format {
  if (field.isAbsent) return { value: undefined, rest: undefined };
  field.object("Send an object, or leave it out.");
  const others = field.rest(new Set(["format"]));
  const format = field.at("format");
  if (format.isAbsent) return { value: undefined, rest: others };
  const { type } = format.object("Send an object with a type, or leave it out.");
  if (type === "text") return { value: undefined, rest: others };
  if (type !== "json_schema") {
    return { value: undefined, rest: { ...others, format: format.value } };
  }
  const description = format.rest(FORMAT);
  return {
    value: {
      name: format.at("name").optional((it) => it.text("Name the format in text.")),
      schema: format.at("schema").object("Send the JSON Schema of the answer."),
      strict: format.at("strict").optional((it) => it.boolean("Send a boolean.")),
    },
    rest: description === undefined ? others : { ...others, format: description },
  };
}
