import type { Tool, ToolChoice } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { flatName } from "./call-kinds.ts";

/** A choice, and the tools that it leaves to be chosen from. */
export interface Choice {
  readonly toolChoice: ToolChoice | undefined;
  readonly tools: readonly Tool[];
}

export function readToolChoice(field: Field, tools: readonly Tool[]): Choice {
  if (field.isAbsent) return { toolChoice: undefined, tools };
  if (typeof field.value === "string") return { toolChoice: readMode(field), tools };
  const { type } = field.object("Send auto, none, required, or an object that names a tool.");
  if (type !== "allowed_tools") {
    return { toolChoice: { type: "tool", name: nameOf(field) }, tools };
  }
  const allowed = field.at("tools").items("List the tools that may be used.");
  const names = new Set(allowed.map((each) => nameOf(each)));
  return {
    toolChoice: readMode(field.at("mode")),
    tools: tools.filter(({ name }) => names.has(name)),
  };
}

function readMode(field: Field): ToolChoice | undefined {
  switch (field.value) {
    case "auto":
    case "none":
      return { type: field.value };
    case "required":
      return { type: "any" };
    default:
      field.refuse("auto, none or required", "Send one of these, or an object that names a tool.");
      return undefined;
  }
}

/** Tools that are no functions are chosen by their type. */
function nameOf(field: Field): string {
  const type = field.at("type").text("Say which type of tool this is: function, for instance.");
  if (type !== "function" && type !== "custom") {
    return type.startsWith("web_search") ? "web_search" : type;
  }
  const name = field.at("name").text("Name the tool.");
  const namespace = field.at("namespace").optional((it) => it.text("Name the namespace."));
  return flatName(namespace, name);
}
