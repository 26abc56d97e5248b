import { isObject } from "../../base/json.ts";
import { type JsonObject, parseToolInput } from "../../canonical/index.ts";

/** What a function has in the place of a freeform tool's raw text. */
export const FREEFORM_SCHEMA: JsonObject = {
  type: "object",
  properties: { input: { type: "string", description: "The tool's input, as raw text." } },
  required: ["input"],
  additionalProperties: false,
};

const EXPLANATION =
  "Put what this tool takes into `input`, whole and as raw text. That text is no JSON of its own.";

/** Tools of this kind are used to say that nothing is to be wrapped, which holds for the text within `input`. */
export function freeformDescription(description: string | undefined, format: unknown): string {
  const parts = [description ?? "", EXPLANATION, grammarOf(format)];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** Nobody but OpenAI makes a model follow a grammar; the others can be asked to. */
function grammarOf(format: unknown): string {
  if (!isObject(format) || typeof format["definition"] !== "string") return "";
  const syntax = typeof format["syntax"] === "string" ? `${format["syntax"]} ` : "";
  return `The text has to follow this ${syntax}grammar:\n\n${format["definition"]}`;
}

export function wrapFreeform(text: string): string {
  return JSON.stringify({ input: text });
}

/** The raw text of a call. Some models leave the wrapping out, or give its one member another name. */
export function unwrapFreeform(input: string): string {
  const parsed = parseToolInput(input);
  if (parsed === undefined) return input;
  const values = Object.values(parsed);
  const text = parsed["input"] ?? (values.length === 1 ? values[0] : undefined);
  if (typeof text === "string") return text;
  return values.length === 0 ? "" : input;
}
