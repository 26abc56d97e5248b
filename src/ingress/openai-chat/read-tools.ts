import type { CanonicalRequest, FunctionTool, Tool } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { readCache } from "./read-cache.ts";
import { readChoice } from "./read-choice.ts";
import { unread } from "./unread.ts";

const TOOL_MEMBERS = new Set(["type", "function", "cache_control"]);
const FUNCTION_MEMBERS = new Set(["name", "description", "parameters", "strict"]);

/** Marks a tool that was declared in the older member: its calls are answered in the older member, too. */
export const LEGACY = "functions";

type ReadTools = Pick<CanonicalRequest, "tools" | "toolChoice" | "parallelToolCalls">;

/** The tools, which of them have to be called, and whether several may be at once. */
export function readTools(body: Field): ReadTools {
  const legacy = body.at("functions").optional((it) => it.items("Send a list, or leave it out."));
  const listed = body.at("tools").optional((it) => it.items("Send a list, or leave it out."));
  const tools = [
    ...(listed ?? []).map(readTool),
    ...(legacy ?? []).map((it) => readFunction(it, { [LEGACY]: true })),
  ];
  const isLegacyAlone = legacy !== undefined && legacy.length > 0 && listed === undefined;
  const choice = readChoice(body.at(isLegacyAlone ? "function_call" : "tool_choice"));
  const { allowed } = choice;
  const several = body
    .at("parallel_tool_calls")
    .optional((it) => it.boolean("Send a boolean, or leave it out."));
  return {
    tools: allowed === undefined ? tools : tools.filter(({ name }) => allowed.has(name)),
    toolChoice: choice.toolChoice,
    // The older form has room for one call in an answer.
    parallelToolCalls: isLegacyAlone ? false : several,
  };
}

function readTool(tool: Field): Tool {
  const raw = tool.object("Every tool is an object with a type and a function.");
  const type = tool.at("type");
  if (type.isAbsent || type.value === "function") {
    const described = tool.at("function");
    described.object("Say what the function is: its name and its parameters.");
    return {
      ...readFunction(described, unread(tool, TOOL_MEMBERS)),
      cache: readCache(tool.at("cache_control")),
    };
  }
  const kind = type.text("Send function here.");
  if (kind === "custom") {
    type.refuse(
      "function",
      "Tools with free text for an input exist at OpenAI alone: declare it as a function.",
    );
  }
  const name = tool.at("name").optional((it) => it.text("Name the tool.")) ?? kind;
  return { type: "server", kind, name, raw };
}

function readFunction(described: Field, beside: FunctionTool["extra"]): FunctionTool {
  const parameters = described.at("parameters");
  const strict = described.at("strict");
  const extra = { ...beside, ...unread(described, FUNCTION_MEMBERS) };
  return {
    type: "function",
    name: described.at("name").text("Name the function."),
    description: described.at("description").optional((it) => it.text("Describe it in text.")),
    // A function without parameters may leave them out.
    schema: parameters.optional((it) => it.object("Send the JSON Schema of its parameters.")) ?? {
      type: "object",
      properties: {},
    },
    strict: strict.optional((it) => it.boolean("Send a boolean, or leave it out.")),
    isDeferred: false,
    extra: Object.keys(extra).length === 0 ? undefined : extra,
  };
}
