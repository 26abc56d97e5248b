import { isObject } from "../../base/json.ts";
import type { FunctionTool, Tool, ToolChoice } from "../../canonical/index.ts";
import { liftSchema } from "./lift-schema.ts";
import { type Field, itemsOf, member, restOf } from "./member.ts";

const DECLARATION = ["name", "description", "parameters", "parametersJsonSchema"];
/** Google's search, under the names that it has had. */
const SEARCH = /^google_?search(?:_?retrieval)?$/i;
const SEARCH_NAME = "web_search";
const NOTHING_TO_TAKE = { type: "object", properties: {} };

/** Each object here may hold many functions, and tools that Google runs beside them. */
export function readTools(field: Field): readonly Tool[] {
  const groups = field.optional((it) => itemsOf(it, "Send the tools as a list, or none.")) ?? [];
  return groups.flatMap((group) => {
    group.object("Every tool is an object, such as one with functionDeclarations.");
    const declared = member(group, "functionDeclarations").optional((it) =>
      itemsOf(it, "Send the functions as a list."),
    );
    return [...(declared ?? []).map(readFunction), ...serverTools(group)];
  });
}

function readFunction(field: Field): FunctionTool {
  return {
    type: "function",
    name: field.at("name").text("Name the function."),
    description: field.at("description").optional((it) => it.text("Describe it in text.")),
    schema: readSchema(field),
    isDeferred: false,
    extra: restOf(field, DECLARATION),
  };
}

function readSchema(field: Field): FunctionTool["schema"] {
  const asJson = member(field, "parametersJsonSchema");
  const given = asJson.isAbsent ? field.at("parameters") : asJson;
  const schema = given.optional((it) => it.object("Send the schema of the function's arguments."));
  if (schema === undefined) return NOTHING_TO_TAKE;
  const lifted = liftSchema(schema);
  return lifted["type"] === undefined ? { type: "object", ...lifted } : lifted;
}

/** A search is asked for by the name that other upstreams know it by; the rest keeps Google's own. */
function serverTools(group: Field): readonly Tool[] {
  const rest = restOf(group, ["functionDeclarations"]) ?? {};
  return Object.entries(rest)
    .filter(([, value]) => isObject(value))
    .map(([name, value]) => {
      const kind = SEARCH.test(name) ? SEARCH_NAME : name;
      return { type: "server", kind, name: kind, raw: { [name]: value } };
    });
}

interface Choice {
  readonly value: ToolChoice | undefined;
  readonly rest: Readonly<Record<string, unknown>> | undefined;
}

/** Which functions the model has to call; what only this API can say of it stays among the rest. */
export function readToolConfig(field: Field, tools: readonly Tool[]): Choice {
  if (field.isAbsent) return { value: undefined, rest: undefined };
  field.object("Send an object, or none.");
  const config = member(field, "functionCallingConfig");
  const { value, unsaid } = readCalling(config, tools);
  const left = { ...restOf(config, ["mode", "allowedFunctionNames"]), ...unsaid };
  const rest = {
    ...restOf(field, ["functionCallingConfig"]),
    ...(Object.keys(left).length === 0 ? {} : { functionCallingConfig: left }),
  };
  return { value, rest: Object.keys(rest).length === 0 ? undefined : rest };
}

function readCalling(
  config: Field,
  tools: readonly Tool[],
): { readonly value: ToolChoice | undefined; readonly unsaid?: Readonly<Record<string, unknown>> } {
  const mode = config.at("mode");
  switch (mode.value) {
    case "NONE":
      return { value: { type: "none" } };
    case "AUTO":
      return { value: { type: "auto" } };
    case "ANY":
      return readForced(config, tools);
    case "VALIDATED":
      return { value: { type: "auto" }, unsaid: { mode: mode.value } };
    case undefined:
    case null:
    case "MODE_UNSPECIFIED":
      return { value: undefined };
    default:
      mode.refuse("AUTO, ANY, NONE or VALIDATED", "Send one of these.");
      return { value: undefined };
  }
}

function readForced(config: Field, tools: readonly Tool[]): ReturnType<typeof readCalling> {
  const field = member(config, "allowedFunctionNames");
  const items = field.optional((it) => it.items("Send a list of names, or none.")) ?? [];
  const allowed = items.map((item) => item.text("Every name is a string."));
  const [only] = allowed;
  if (only !== undefined && allowed.length === 1) return { value: { type: "tool", name: only } };
  const isLimit = tools.some(({ type, name }) => type === "function" && !allowed.includes(name));
  const unsaid = allowed.length > 0 && isLimit ? { allowedFunctionNames: allowed } : {};
  return { value: { type: "any" }, unsaid };
}
