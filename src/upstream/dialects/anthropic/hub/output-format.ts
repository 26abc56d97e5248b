import type { CanonicalRequest, JsonObject, TextBlock } from "../../../../canonical/index.ts";
import { askForJson } from "../../shared/ask-for-json.ts";
import { answerSchema } from "./answer-schema.ts";
import type { Writing } from "./traits.ts";

/** The form that an answer has to have: as a member that holds the model to it, or else as words of the system's. */
export interface WrittenFormat {
  readonly member?: JsonObject;
  readonly words?: TextBlock;
}

export function writeFormat({ outputFormat }: CanonicalRequest, writing: Writing): WrittenFormat {
  if (outputFormat === undefined) return {};
  const { schema } = outputFormat;
  const held = writing.traits.takesSchemas ? answerSchema(schema) : undefined;
  const taken = writing.isOwn ? schema : held;
  if (taken !== undefined) return { member: { type: "json_schema", schema: taken } };
  writing.lose("outputFormat");
  return { words: { type: "text", text: askForJson(schema) } };
}
