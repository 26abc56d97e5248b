import type { GatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type { CanonicalRequest, FunctionTool, JsonObject } from "../../../canonical/index.ts";
import { shownFunctions } from "../shared/deferred-tools.ts";
import type { Lose } from "../shared/losses.ts";
import { kindOf, refuseWithout } from "../shared/server-tools.ts";
import { toolParameters } from "../shared/tool-schema.ts";
import type { ToolNames } from "./tool-names.ts";
import type { ChatTraits } from "./traits.ts";
import { loseMark } from "./write-content.ts";

/** The tools, which of them must be called, and how many at once. */
export function writeTools(
  request: CanonicalRequest,
  traits: ChatTraits,
  names: ToolNames,
  lose: Lose,
): Result<JsonObject, GatewayError> {
  const servers = request.tools.filter((tool) => tool.type === "server");
  const refused = refuseWithout(request, servers);
  if (refused !== undefined) return fail(refused);
  for (const tool of servers) lose(`tools[].${kindOf(tool)}`);
  const tools = shownFunctions(request);
  if (tools.length === 0) {
    if (request.toolChoice !== undefined && request.toolChoice.type !== "auto") lose("toolChoice");
    return ok({});
  }
  const chosen = writeChoice(request, tools, traits, names, lose);
  if (chosen.tools.length === 0) return ok({});
  return ok({
    tools: chosen.tools.map((tool) => writeTool(tool, traits, names, lose)),
    ...chosen.member,
    ...writeParallel(request, traits, lose),
  });
}

interface Chosen {
  readonly tools: readonly FunctionTool[];
  readonly member: JsonObject;
}

function writeChoice(
  { toolChoice }: CanonicalRequest,
  tools: readonly FunctionTool[],
  traits: ChatTraits,
  names: ToolNames,
  lose: Lose,
): Chosen {
  const { any, named, none } = traits.toolChoice;
  const unsaid = (): Chosen => {
    lose("toolChoice");
    return { tools, member: {} };
  };
  switch (toolChoice?.type) {
    // Auto is what a server does when nothing is said, and some refuse the word.
    case undefined:
    case "auto":
      return { tools, member: {} };
    case "any":
      return any === undefined ? unsaid() : { tools, member: { tool_choice: any } };
    case "none":
      return none === "none"
        ? { tools, member: { tool_choice: "none" } }
        : { tools: [], member: {} };
    case "tool": {
      const only = tools.filter(({ name }) => name === toolChoice.name);
      if (only.length === 0 || named === undefined) return unsaid();
      if (named === "only_tool") {
        return any === undefined ? unsaid() : { tools: only, member: { tool_choice: any } };
      }
      const choice = { type: "function", function: { name: names.toWire(toolChoice.name) } };
      return { tools, member: { tool_choice: choice } };
    }
  }
}

function writeParallel(request: CanonicalRequest, traits: ChatTraits, lose: Lose): JsonObject {
  if (request.parallelToolCalls !== false) return {};
  if (traits.parallelToolCalls === "allowed") return { parallel_tool_calls: false };
  lose("parallelToolCalls");
  return {};
}

function writeTool(
  tool: FunctionTool,
  traits: ChatTraits,
  names: ToolNames,
  lose: Lose,
): JsonObject {
  loseMark(tool, traits, lose);
  const isStrictSaid = tool.strict !== undefined && traits.strictTools === "allowed";
  if (tool.strict === true && !isStrictSaid) lose("tools[].strict");
  return {
    type: "function",
    function: {
      name: names.toWire(tool.name),
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: toolParameters(tool.schema, lose),
      ...(isStrictSaid ? { strict: tool.strict } : {}),
    },
  };
}
