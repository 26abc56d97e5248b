import type { ToolChoice } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

interface ReadChoice {
  readonly toolChoice: ToolChoice | undefined;
  /** The tools that may be called, where not all may. */
  readonly allowed?: ReadonlySet<string>;
}

const WORDS: Readonly<Record<string, ToolChoice["type"]>> = {
  auto: "auto",
  none: "none",
  required: "any",
  // Mistral's word for it.
  any: "any",
};

/** Which tool has to be called. A choice among some tools becomes the choice of any, with the other tools left out. */
export function readChoice(field: Field): ReadChoice {
  if (field.isAbsent) return { toolChoice: undefined };
  if (typeof field.value === "string") return { toolChoice: readWord(field) };
  const raw = field.object("Send auto, none or required, or name a function.");
  switch (raw["type"]) {
    case "allowed_tools":
      return readAllowed(field.at("allowed_tools"));
    case undefined:
    case "function": {
      // The older form names the function without anything around it.
      const named = typeof raw["name"] === "string" ? field : field.at("function");
      return { toolChoice: { type: "tool", name: nameIn(named) } };
    }
    default:
      field.at("type").refuse("function or allowed_tools", "Send one of these.");
      return { toolChoice: undefined };
  }
}

function readWord(field: Field): ToolChoice | undefined {
  const word = field.text("Send auto or required.");
  const type = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
  if (type !== undefined && type !== "tool") return { type };
  field.refuse("auto, none, required or an object", "Send one of these.");
  return undefined;
}

function readAllowed(field: Field): ReadChoice {
  const tools = field.at("tools").items("List the tools that may be called.");
  const allowed = new Set(tools.map((tool) => nameIn(tool.at("function"))));
  const toolChoice = field.at("mode").optional(readWord);
  const [only] = allowed;
  return toolChoice?.type === "any" && allowed.size === 1 && only !== undefined
    ? { toolChoice: { type: "tool", name: only }, allowed }
    : { toolChoice, allowed };
}

function nameIn(field: Field): string {
  return field.at("name").text("Name the function that is meant.");
}
