import { isObject } from "../../../base/json.ts";
import { jsonOf } from "./json-text.ts";

/** True for the JSON text of an object. Looks at both ends first, because it is asked again as a text grows. */
export function isObjectText(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("{") && trimmed.endsWith("}") && isObject(jsonOf(trimmed));
}

/** Nothing, and null, stand for no arguments. */
export function isBlankArguments(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === "" || trimmed === "null";
}

/**
 * Arguments of a whole call as the text of an object. Those that are none are handed to the tool as they came, under a name
 * that no tool has: it refuses them, and the model sees what it wrote.
 * @source https://docs.claude.com/en/docs/agents-and-tools/tool-use/fine-grained-tool-streaming (read 2026-11-25)
 */
export function objectText(args: string): string {
  if (isBlankArguments(args)) return "{}";
  return isObjectText(args) ? args : JSON.stringify({ INVALID_JSON: args });
}
