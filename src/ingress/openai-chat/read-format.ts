import type { JsonObject, OutputFormat } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { unread } from "./unread.ts";

interface ReadFormat {
  readonly value: OutputFormat | undefined;
  /** What only this API knows of it. */
  readonly rest: JsonObject | undefined;
}

const SCHEMA_MEMBERS = new Set(["name", "schema", "strict"]);
const NOTHING: ReadFormat = { value: undefined, rest: undefined };

/**
 * The form that the answer has to have.
 *
 * `json_object` names no schema, so no other dialect has a word for it; its users have to ask for JSON in the prompt anyway.
 */
export function readFormat(field: Field): ReadFormat {
  if (field.isAbsent) return NOTHING;
  const raw = field.object("Send an object with a type, or leave it out.");
  if (raw["type"] === "text") return NOTHING;
  if (raw["type"] !== "json_schema") return { value: undefined, rest: raw };
  const format = field.at("json_schema");
  format.object("Send the name and the schema of the answer.");
  const schema = format.at("schema");
  const described = unread(format, SCHEMA_MEMBERS);
  return {
    value: {
      name: format.at("name").optional((it) => it.text("Name the schema in text.")),
      schema: schema.optional((it) => it.object("Send the JSON Schema of the answer.")) ?? {},
      strict: format.at("strict").optional((it) => it.boolean("Send a boolean, or leave it out.")),
    },
    rest: described === undefined ? undefined : { json_schema: described },
  };
}
