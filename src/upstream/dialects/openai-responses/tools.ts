import type { GatewayError } from "../../../base/errors.ts";
import { isObject } from "../../../base/json.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ServerTool,
} from "../../../canonical/index.ts";
import { OPENAI_NAME, shortName } from "../../wire-names.ts";
import { shownFunctions } from "../shared/deferred-tools.ts";
import type { Lose } from "../shared/losses.ts";
import { isWebSearch, kindOf, refuseWithout } from "../shared/server-tools.ts";
import { toolParameters } from "../shared/tool-schema.ts";
import type { ResponsesTraits } from "./traits.ts";

/** The tools as the upstream takes them. */
export interface WrittenTools {
  readonly tools: readonly JsonObject[];
  /** Of the client's own; a choice of anything else cannot be honoured. */
  readonly names: ReadonlySet<string>;
  readonly hasWebSearch: boolean;
}

/** Fails where all that the request can use is a tool that the upstream does not have: its answer would be made up. */
export function writeTools(
  request: CanonicalRequest,
  traits: ResponsesTraits,
  lose: Lose,
): Result<WrittenTools, GatewayError> {
  const functions = shownFunctions(request);
  const servers = request.tools.filter((tool): tool is ServerTool => tool.type === "server");
  const searches = servers.filter((tool) => isWebSearch(tool) && traits.webSearch);
  const unmet = servers.filter((tool) => !searches.includes(tool));
  const refused = refuseWithout(request, unmet);
  if (refused !== undefined) return fail(refused);
  for (const tool of unmet) lose(`tools[].${kindOf(tool)}`);
  const [search] = searches;
  return ok({
    tools: [
      ...functions.map((tool) => writeFunction(tool, lose)),
      ...(search === undefined ? [] : [writeSearch(search, lose)]),
    ],
    names: new Set(functions.map(({ name }) => name)),
    hasWebSearch: search !== undefined,
  });
}

function writeFunction(tool: FunctionTool, lose: Lose): JsonObject {
  return {
    type: "function",
    name: shortName(tool.name, OPENAI_NAME),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    parameters: toolParameters(tool.schema, lose),
    // Left out, the server may turn it on, and optional arguments come back as empty strings.
    strict: tool.strict ?? false,
  };
}

function writeSearch({ raw }: ServerTool, lose: Lose): JsonObject {
  for (const member of ["blocked_domains", "max_uses"]) {
    if (raw[member] !== undefined) lose(`tools[].web_search.${member}`);
  }
  const domains = raw["allowed_domains"];
  const location = raw["user_location"];
  return {
    type: "web_search",
    ...(Array.isArray(domains) ? { filters: { allowed_domains: domains } } : {}),
    ...(isObject(location) ? { user_location: location } : {}),
  };
}

/** `tool_choice`; undefined where the request has none, or no tool to choose. */
export function writeChoice(
  request: CanonicalRequest,
  written: WrittenTools,
  lose: Lose,
): string | JsonObject | undefined {
  const choice = request.toolChoice;
  if (choice === undefined || written.tools.length === 0) return undefined;
  switch (choice.type) {
    case "auto":
    case "none":
      return choice.type;
    case "any":
      return "required";
    case "tool":
      break;
  }
  if (written.names.has(choice.name)) {
    return { type: "function", name: shortName(choice.name, OPENAI_NAME) };
  }
  const isServer = request.tools.some(
    (tool) => tool.type === "server" && tool.name === choice.name && isWebSearch(tool),
  );
  if (isServer && written.hasWebSearch) return { type: "web_search" };
  lose("toolChoice");
  return "auto";
}
