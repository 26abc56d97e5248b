import type { JsonObject, OutputFormat } from "../../../canonical/index.ts";
import { askForJson } from "../shared/ask-for-json.ts";
import type { Lose } from "../shared/losses.ts";
import type { ChatTraits } from "./traits.ts";

/** The form that the answer has to have, as far as the upstream can be told; the rest is said in words. */
export function writeOutputFormat(
  format: OutputFormat | undefined,
  traits: ChatTraits,
  lose: Lose,
): JsonObject {
  if (format === undefined) return {};
  if (traits.responseFormat === "json_schema") {
    return { response_format: { type: "json_schema", json_schema: schemaMember(format) } };
  }
  lose("outputFormat");
  return traits.responseFormat === "json_object"
    ? { response_format: { type: "json_object" } }
    : {};
}

/** What the system message says of it; undefined where the upstream holds the model to the schema. */
export function formatInstruction(
  format: OutputFormat | undefined,
  traits: ChatTraits,
): string | undefined {
  if (format === undefined || traits.responseFormat === "json_schema") return undefined;
  return askForJson(format.schema);
}

/** A name is required here, and has the characters of a tool's name. */
function schemaMember({ name, schema, strict }: OutputFormat): JsonObject {
  const plain = (name ?? "").replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);
  return {
    name: plain === "" ? "answer" : plain,
    schema,
    ...(strict === undefined ? {} : { strict }),
  };
}
