import { isDeepStrictEqual } from "node:util";
import type {
  CanonicalRequest,
  FunctionTool,
  JsonObject,
  ServerTool,
  Tool,
} from "../../../../canonical/index.ts";
import { isAnthropics, kindOf } from "../../shared/server-tools.ts";
import { toolParameters } from "../../shared/tool-schema.ts";
import { answerSchema } from "./answer-schema.ts";
import { wireName } from "./tool-names.ts";
import type { Writing } from "./traits.ts";
import { ownExtra, writeCache } from "./write-blocks.ts";

/**
 * Other dialects' search, which the API has under another name.
 * @source https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool (read 2026-11-21)
 */
const WEB_SEARCH: JsonObject = { type: "web_search_20250305", name: "web_search" };
const WEB_SEARCH_KINDS: ReadonlySet<string> = new Set(["web_search", "web_search_preview"]);

export function writeTools(tools: readonly Tool[], writing: Writing): readonly JsonObject[] {
  return tools.map((tool) => writeTool(tool, writing)).filter((tool) => tool !== undefined);
}

/** Tools of other dialects that Anthropic does not run. */
export function unknownTools(tools: readonly Tool[], writing: Writing): readonly ServerTool[] {
  return tools
    .filter((tool) => tool.type === "server")
    .filter((tool) => writeServerTool(tool, writing) === undefined);
}

function writeServerTool(tool: ServerTool, { isOwn }: Writing): JsonObject | undefined {
  if (isOwn || isAnthropics(tool)) return tool.raw;
  return WEB_SEARCH_KINDS.has(tool.kind) ? WEB_SEARCH : undefined;
}

function writeTool(tool: Tool, writing: Writing): JsonObject | undefined {
  if (tool.type === "server") {
    const written = writeServerTool(tool, writing);
    if (written !== undefined) return written;
    writing.lose(`tools[].${kindOf(tool)}`);
    return undefined;
  }
  const { description } = tool;
  const schema = writing.isOwn ? tool.schema : toolParameters(tool.schema, writing.lose);
  return {
    ...ownExtra(tool.extra, writing, "tools[]"),
    name: wireName(tool.name),
    ...(description === undefined ? {} : { description }),
    input_schema: schema,
    ...writeStrict(tool, schema, writing),
    ...(tool.isDeferred ? { defer_loading: true } : {}),
    ...writeCache(tool.cache),
  };
}

/** The whole request is refused for one strict tool whose schema says more than a model can be held to. */
function writeStrict({ strict }: FunctionTool, schema: JsonObject, writing: Writing): JsonObject {
  if (strict === undefined) return {};
  const isHeld = writing.traits.takesSchemas && isDeepStrictEqual(answerSchema(schema), schema);
  if (writing.isOwn || isHeld) return { strict };
  if (strict) writing.lose("tools[].strict");
  return {};
}

/** Undefined where it would be refused: without tools, or where there is nothing to say. */
export function writeToolChoice(request: CanonicalRequest): JsonObject | undefined {
  const { toolChoice, parallelToolCalls } = request;
  if (request.tools.length === 0) return undefined;
  if (toolChoice?.type === "none") return { type: "none" };
  if (toolChoice === undefined && parallelToolCalls !== false) return undefined;
  const single =
    parallelToolCalls === undefined ? {} : { disable_parallel_tool_use: !parallelToolCalls };
  if (toolChoice?.type === "tool") {
    return { type: "tool", name: wireName(toolChoice.name), ...single };
  }
  return { type: toolChoice?.type ?? "auto", ...single };
}
