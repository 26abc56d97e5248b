import type { FunctionTool, JsonObject, Tool } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { type BuiltIn, builtInOf } from "./built-ins.ts";
import { flatName } from "./call-kinds.ts";
import { FREEFORM_SCHEMA, freeformDescription } from "./freeform.ts";
import { readWebSearch } from "./read-web-search.ts";

const FUNCTION = new Set(["type", "name", "description", "parameters", "strict", "defer_loading"]);
const CUSTOM = new Set(["name", "description", "defer_loading"]);
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** Items of a conversation that declare tools beside those of the request. */
const LOADING: ReadonlySet<unknown> = new Set(["tool_search_output", "additional_tools"]);

/** The request's tools, and behind them those that its conversation has loaded since. */
export function readTools(tools: Field, input: Field): readonly Tool[] {
  const declared = listOf(tools).flatMap((tool) => readTool(tool));
  const loaded = loadedTools(input);
  const names = new Set(loaded.map(({ name }) => name));
  // Nobody here runs a search that is the provider's, so what it would have found is there from the start.
  const isFindable = declared.some((tool) => tool.type === "function" && isSearch(tool));
  return [
    ...declared
      .filter(({ name }) => !names.has(name))
      .map((tool) =>
        tool.type === "server" || isFindable ? tool : { ...tool, isDeferred: false },
      ),
    ...loaded,
  ];
}

function isSearch({ extra }: FunctionTool): boolean {
  return extra?.["type"] === "tool_search";
}

/** The flat names of the tools in a list. */
export function namesIn(tools: Field): readonly string[] {
  return listOf(tools)
    .flatMap((tool) => readTool(tool))
    .map(({ name }) => name);
}

function loadedTools(input: Field): readonly Tool[] {
  if (!Array.isArray(input.value)) return [];
  const lists = input.items("").filter((item) => LOADING.has(item.at("type").value));
  const found = lists.flatMap((item) => listOf(item.at("tools")).flatMap((tool) => readTool(tool)));
  const byName = new Map(found.map((tool) => [tool.name, tool]));
  return [...byName.values()].map((tool) =>
    tool.type === "function" ? { ...tool, isDeferred: false } : tool,
  );
}

function listOf(field: Field): readonly Field[] {
  return field.optional((it) => it.items("Send the tools as a list, or leave it out.")) ?? [];
}

function readTool(tool: Field, namespace?: string): readonly Tool[] {
  const raw = tool.object("Every tool is an object with a type.");
  const kind = tool.at("type").text("Say which type of tool this is: function, for instance.");
  const builtIn = builtInOf(raw);
  if (builtIn !== undefined) return [readBuiltIn(tool, builtIn)];
  switch (kind) {
    case "function":
      return [readFunction(tool, namespace)];
    case "custom":
      return [readCustom(tool, namespace)];
    case "namespace": {
      const name = tool.at("name").text("Name the namespace.");
      return listOf(tool.at("tools")).flatMap((nested) => readTool(nested, name));
    }
    default: {
      const search = readWebSearch(tool, raw, kind);
      if (search !== undefined) return [search];
      const name = tool.at("name").optional((it) => it.text("Name the tool.")) ?? kind;
      return [{ type: "server", kind, name, raw }];
    }
  }
}

function readFunction(tool: Field, namespace: string | undefined): FunctionTool {
  const parameters = tool.at("parameters").optional((it) => it.object("Send a JSON Schema."));
  return {
    ...frameOf(tool, namespace),
    description: readDescription(tool),
    schema: parameters ?? NO_PARAMETERS,
    strict: tool.at("strict").optional((it) => it.boolean("Send a boolean, or leave it out.")),
    extra: withNamespace(tool.rest(FUNCTION), namespace),
  };
}

function readCustom(tool: Field, namespace: string | undefined): FunctionTool {
  return {
    ...frameOf(tool, namespace),
    description: freeformDescription(readDescription(tool), tool.at("format").value),
    schema: FREEFORM_SCHEMA,
    extra: withNamespace(tool.rest(CUSTOM), namespace),
  };
}

function readBuiltIn(tool: Field, builtIn: BuiltIn): FunctionTool {
  const parameters = tool.at("parameters").optional((it) => it.object("Send a JSON Schema."));
  return {
    type: "function",
    name: builtIn.tool,
    isDeferred: false,
    description: readDescription(tool) ?? builtIn.description,
    schema: parameters ?? builtIn.schema,
    extra: { type: builtIn.tool },
  };
}

function frameOf(tool: Field, namespace: string | undefined) {
  const name = tool.at("name").text("Name the tool.");
  const isDeferred = tool.at("defer_loading").optional((it) => it.boolean("Send a boolean."));
  return {
    type: "function" as const,
    name: flatName(namespace, name),
    isDeferred: isDeferred ?? false,
  };
}

function readDescription(tool: Field): string | undefined {
  return tool.at("description").optional((it) => it.text("Describe the tool in text."));
}

function withNamespace(extra: JsonObject | undefined, namespace: string | undefined) {
  return namespace === undefined ? extra : { ...extra, namespace };
}
