import type { FunctionTool, ServerTool, Tool, ToolChoice } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { readCache } from "./read-blocks.ts";

const KNOWN = new Set([
  "type",
  "name",
  "description",
  "input_schema",
  "strict",
  "defer_loading",
  "cache_control",
]);

export function readTools(field: Field): readonly Tool[] {
  const tools = field.optional((it) => it.items("Send the tools as a list, or leave it out."));
  return (tools ?? []).map((tool) => {
    const raw = tool.object("Every tool is an object with a name and an input_schema.");
    const { type } = raw;
    const isFunction = type === undefined || type === null || type === "custom";
    return isFunction ? readFunction(tool) : readServerTool(tool, raw);
  });
}

function readFunction(tool: Field): FunctionTool {
  return {
    type: "function",
    name: tool.at("name").text("Name the tool."),
    description: tool.at("description").optional((it) => it.text("Describe the tool in text.")),
    schema: tool.at("input_schema").object("Send the JSON Schema of the tool's input."),
    strict: tool.at("strict").optional((it) => it.boolean("Send a boolean, or leave it out.")),
    isDeferred:
      tool.at("defer_loading").optional((it) => it.boolean("Send a boolean, or leave it out.")) ??
      false,
    cache: readCache(tool.at("cache_control")),
    extra: tool.rest(KNOWN),
  };
}

/** Toolsets have no name of their own. */
function readServerTool(tool: Field, raw: ServerTool["raw"]): ServerTool {
  const kind = tool.at("type").text("Say which type of tool this is, or leave the type out.");
  const name = tool.at("name").optional((it) => it.text("Name the tool.")) ?? kind;
  return { type: "server", kind, name, raw };
}

interface Choice {
  readonly toolChoice: ToolChoice | undefined;
  readonly parallelToolCalls: boolean | undefined;
}

export function readToolChoice(field: Field): Choice {
  if (field.isAbsent) return { toolChoice: undefined, parallelToolCalls: undefined };
  const { disable_parallel_tool_use: isSingle } = field.object("Send an object with a type.");
  return {
    toolChoice: readChoice(field),
    parallelToolCalls: typeof isSingle === "boolean" ? !isSingle : undefined,
  };
}

function readChoice(field: Field): ToolChoice | undefined {
  const type = field.at("type");
  switch (type.value) {
    case "auto":
    case "any":
    case "none":
      return { type: type.value };
    case "tool":
      return { type: "tool", name: field.at("name").text("Name the tool that is to be used.") };
    default:
      type.refuse("auto, any, tool or none", "Send one of these.");
      return undefined;
  }
}
