import { type GatewayError, gatewayError } from "../../../base/errors.ts";
import { fail, ok, type Result } from "../../../base/result.ts";
import type {
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ToolChoice,
} from "../../../canonical/index.ts";
import { OPENAI_NAME, shortName } from "../../wire-names.ts";
import { callsIn } from "../shared/answer-context.ts";
import { shownFunctions } from "../shared/deferred-tools.ts";
import type { Lose } from "../shared/losses.ts";
import { kindOf, refuseWithout } from "../shared/server-tools.ts";
import { toolParameters } from "../shared/tool-schema.ts";
import type { ConverseTraits } from "./traits.ts";

/** The same letters as OpenAI's. source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html (read 2026-11-26) */
export function wireName(name: string): string {
  return shortName(name, OPENAI_NAME);
}

/** `toolConfig`, where there is something to say. Fails for a request that is nothing without a tool that nobody here runs. */
export function writeTools(
  request: CanonicalRequest,
  traits: ConverseTraits,
  lose: Lose,
): Result<JsonObject, GatewayError> {
  const functions = shownFunctions(request);
  const unmet = request.tools.filter((tool) => tool.type === "server");
  const refused = refuseWithout(request, unmet);
  if (refused !== undefined) return fail(refused);
  for (const tool of unmet) lose(`tools[].${kindOf(tool)}`);
  const told = functions.map((tool) => toSpec(tool, lose));
  const tools = [...told, ...formerTools(request, functions)];
  if (tools.length === 0) return ok({});
  const choice = writeChoice(request.toolChoice, functions, traits, lose);
  return choice.ok ? ok({ toolConfig: { tools, ...choice.value } }) : choice;
}

function toSpec({ name, description = "", schema, strict }: FunctionTool, lose: Lose): JsonObject {
  if (strict === true) lose("tools[].strict");
  return {
    toolSpec: {
      name: wireName(name),
      // An empty one is refused.
      ...(description.trim() !== "" && { description }),
      inputSchema: { json: toolParameters(schema, lose) },
    },
  };
}

/** A conversation with calls is refused where no tool is declared. source: botocore's ValidationException, "toolConfig field must be defined" */
function formerTools(
  request: CanonicalRequest,
  functions: readonly FunctionTool[],
): readonly JsonObject[] {
  if (functions.length > 0) return [];
  const names = new Set(callsIn(request).map(({ name }) => wireName(name)));
  const json = { type: "object", properties: {} };
  return [...names].map((name) => ({ toolSpec: { name, inputSchema: { json } } }));
}

function writeChoice(
  choice: ToolChoice | undefined,
  functions: readonly FunctionTool[],
  { forcesTools }: ConverseTraits,
  lose: Lose,
): Result<JsonObject, GatewayError> {
  if (choice === undefined || functions.length === 0) return ok({});
  switch (choice.type) {
    case "auto":
      return ok({ toolChoice: { auto: {} } });
    case "none":
      lose("toolChoice");
      return ok({});
    case "any":
      if (!forcesTools) lose("toolChoice");
      return ok(forcesTools ? { toolChoice: { any: {} } } : {});
    case "tool": {
      if (!functions.some(({ name }) => name === choice.name)) return fail(NO_SUCH_TOOL);
      if (!forcesTools) lose("toolChoice");
      return ok(forcesTools ? { toolChoice: { tool: { name: wireName(choice.name) } } } : {});
    }
    default:
      return choice satisfies never;
  }
}

const NO_SUCH_TOOL = gatewayError(
  "not_translatable",
  "tool_choice: names a tool that this upstream is not given",
);
