import { isObject } from "../../../base/json.ts";
import type { JsonObject } from "../../../canonical/index.ts";
import { listOf, textOf } from "../shared/fields.ts";
import type { BlockEmitter } from "./block-emitter.ts";

/** Code that Google's own tool ran, and what came out, in the words of Anthropic's code execution. */
export function emitCode(part: JsonObject, emitter: BlockEmitter, fallbackId: string): void {
  const { executableCode: code, codeExecutionResult: result } = part;
  if (isObject(code)) {
    emitter.opaque("server_tool_use", {
      type: "server_tool_use",
      id: serverId(code["id"], fallbackId),
      name: "code_execution",
      input: { code: textOf(code["code"]) },
    });
  }
  if (isObject(result)) {
    const isFine = result["outcome"] === "OUTCOME_OK" || result["outcome"] === 1;
    emitter.opaque("code_execution_tool_result", {
      type: "code_execution_tool_result",
      tool_use_id: serverId(result["id"], fallbackId),
      content: {
        type: "code_execution_result",
        stdout: isFine ? textOf(result["output"]) : "",
        stderr: isFine ? "" : textOf(result["output"]),
        return_code: isFine ? 0 : 1,
        content: [],
      },
    });
  }
}

/** What Google's search asked and found, in the words of Anthropic's web search. */
export function emitSearch(grounding: JsonObject, emitter: BlockEmitter, fallbackId: string): void {
  const queries = listOf(grounding["webSearchQueries"]).filter((each) => typeof each === "string");
  const pages = listOf(grounding["groundingChunks"]).flatMap(pageOf);
  if (queries.length === 0 && pages.length === 0) return;
  const id = serverId(undefined, fallbackId);
  emitter.opaque("server_tool_use", {
    type: "server_tool_use",
    id,
    name: "web_search",
    input: { query: queries.join("; ") },
  });
  emitter.opaque("web_search_tool_result", {
    type: "web_search_tool_result",
    tool_use_id: id,
    content: pages,
  });
}

function pageOf(chunk: unknown): readonly JsonObject[] {
  const web = isObject(chunk) ? chunk["web"] : undefined;
  if (!isObject(web) || typeof web["uri"] !== "string") return [];
  const title = textOf(web["title"]);
  return [
    { type: "web_search_result", url: web["uri"], title, encrypted_content: "", page_age: null },
  ];
}

function serverId(told: unknown, fallback: string): string {
  const id = typeof told === "string" && told !== "" ? told : fallback;
  return `srvtoolu_${id.replace(/[^\w-]/g, "_").slice(0, 50)}`;
}
