import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ServerTool,
  ToolChoice,
} from "../../../canonical/index.ts";
import { shownFunctions } from "../shared/deferred-tools.ts";
import type { Lose } from "../shared/losses.ts";
import { isWebSearch, kindOf, refuseWithout } from "../shared/server-tools.ts";
import { sanitiseSchema } from "./schema/sanitise-schema.ts";
import { wireName } from "./tool-names.ts";
import type { GeminiTraits } from "./traits.ts";

export interface WrittenTools {
  /** Members of the body: `tools` and `toolConfig`, each only where there is something to say. */
  readonly members: JsonObject;
  readonly hasFunctions: boolean;
}

/** Whether Google searches for a request itself. */
export function searchesItself(request: CanonicalRequest, traits: GeminiTraits): boolean {
  const functions = shownFunctions(request);
  return request.tools.some((tool) => tool.type === "server" && canSearch(tool, functions, traits));
}

/** Fails for a request that is nothing without a tool which this upstream does not have. */
export function writeTools(
  request: CanonicalRequest,
  traits: GeminiTraits,
  lose: Lose,
): Result<WrittenTools, GatewayError> {
  const functions = shownFunctions(request);
  const servers = request.tools.filter((tool) => tool.type === "server");
  const search = servers.find((tool) => canSearch(tool, functions, traits));
  const unmet = servers.filter((tool) => tool !== search);
  const refused = refuseWithout(request, unmet);
  if (refused !== undefined) return fail(refused);
  for (const tool of unmet) lose(`tools[].${kindOf(tool)}`);
  if (search !== undefined) noteSearchOptions(search, lose);
  if (functions.some(({ strict }) => strict === true)) lose("tools[].strict");
  const choice = writeChoice(request.toolChoice, functions, search, lose);
  if (!choice.ok) return choice;
  const declarations = functions.map((tool) => declare(tool, traits));
  const tools = [
    ...(declarations.length > 0 ? [{ functionDeclarations: declarations }] : []),
    ...(search === undefined ? [] : [{ googleSearch: {} }]),
  ];
  return ok({
    members: { ...(tools.length > 0 ? { tools } : {}), ...choice.value },
    hasFunctions: functions.length > 0,
  });
}

function canSearch(
  tool: ServerTool,
  functions: readonly FunctionTool[],
  traits: GeminiTraits,
): boolean {
  if (!isWebSearch(tool)) return false;
  if (traits.search === "alone") return functions.length === 0;
  return traits.search === "with-functions";
}

/** Google's search takes no limits. */
function noteSearchOptions({ raw }: ServerTool, lose: Lose): void {
  for (const option of ["max_uses", "allowed_domains", "blocked_domains", "user_location"]) {
    if (raw[option] !== undefined && raw[option] !== null) lose(`tools[].web_search.${option}`);
  }
}

function declare(tool: FunctionTool, traits: GeminiTraits): JsonObject {
  const { description = "", schema } = tool;
  return {
    name: wireName(tool.name),
    ...(description === "" ? {} : { description }),
    ...(traits.schemas === "json-schema" ? { parametersJsonSchema: schema } : parametersOf(schema)),
  };
}

/** An object without properties is refused; a function without `parameters` is one that takes nothing. */
function parametersOf(schema: JsonObject): JsonObject {
  const parameters = sanitiseSchema({ type: "object", ...schema });
  return "properties" in parameters ? { parameters } : {};
}

function writeChoice(
  choice: ToolChoice | undefined,
  functions: readonly FunctionTool[],
  search: ServerTool | undefined,
  lose: Lose,
): Result<JsonObject, GatewayError> {
  if (choice === undefined) return ok({});
  if (functions.length === 0) {
    // Google's own search cannot be forced; a model that has only that uses it.
    if (choice.type === "any" || (choice.type === "tool" && search !== undefined))
      lose("toolChoice");
    return ok({});
  }
  if (choice.type !== "tool") return ok(calling({ mode: choice.type.toUpperCase() }));
  if (functions.some(({ name }) => name === choice.name)) {
    return ok(calling({ mode: "ANY", allowedFunctionNames: [wireName(choice.name)] }));
  }
  return fail(
    gatewayError("not_translatable", "tool_choice: names a tool that this upstream is not given"),
  );
}

function calling(functionCallingConfig: JsonObject): JsonObject {
  return { toolConfig: { functionCallingConfig } };
}
