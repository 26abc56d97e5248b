import type { Result } from "../../../base/result.ts";
import {
  type CanonicalRequest,
  type Message,
  type OpaqueBlock,
  OWN_SEARCH_ID,
  packSnippet,
  parseToolInput,
  type ToolChoice,
  type ToolResultBlock,
  type ToolUseBlock,
} from "../../../canonical/index.ts";
import type { SearchFailure, SearchHit } from "../../../upstream/search/index.ts";

/** What came of a search. */
export type Found = Result<readonly SearchHit[], SearchFailure>;

/** A search that a model asked for, and what came of it. */
export interface RunSearch {
  readonly call: ToolUseBlock;
  readonly found: Found;
}

const NOT_OF_AN_ID = /[^a-zA-Z0-9_]/g;

/** The id by which a client knows a search: a call's own, as far as it fits, marked as one of ours. */
export function searchId(callId: string): string {
  return `${OWN_SEARCH_ID}${callId.replaceAll(NOT_OF_AN_ID, "_")}`;
}

/** Undefined where the model's input says nothing to search for. */
export function queryIn({ input }: ToolUseBlock): string | undefined {
  const query = parseToolInput(input)?.["query"];
  return typeof query === "string" && query.trim() !== "" ? query : undefined;
}

/** A search as a client's stream begins it; its input follows in pieces. */
export function searchBlock(callId: string): OpaqueBlock {
  const id = searchId(callId);
  const raw = { type: "server_tool_use", id, name: "web_search", input: {} };
  return { type: "opaque", kind: raw.type, raw };
}

/** What a client sees of what was found. */
export function resultBlock({ call, found }: RunSearch): OpaqueBlock {
  const kind = "web_search_tool_result";
  const content = found.ok
    ? found.value.map(({ url, title, snippet, age }) => ({
        type: "web_search_result",
        url,
        title,
        encrypted_content: packSnippet(snippet),
        page_age: age ?? null,
      }))
    : { type: "web_search_tool_result_error", error_code: found.error.code };
  return { type: "opaque", kind, raw: { type: kind, tool_use_id: searchId(call.id), content } };
}

/** The request that has the model go on with what was found. It chooses freely: what it was made to do is done. */
export function followUp(
  request: CanonicalRequest,
  { content }: Message,
  runs: readonly RunSearch[],
  isLast: boolean,
): CanonicalRequest {
  const choice: ToolChoice = isLast ? { type: "none" } : { type: "auto" };
  return {
    ...request,
    turns: [
      ...request.turns,
      { role: "assistant", content },
      { role: "user", content: runs.map(toToolResult) },
    ],
    toolChoice: request.toolChoice?.type === "none" ? request.toolChoice : choice,
  };
}

function toToolResult({ call, found }: RunSearch): ToolResultBlock {
  const text = found.ok ? textOf(found.value) : `The search failed: ${found.error.code}`;
  return {
    type: "tool_result",
    toolUseId: call.id,
    content: [{ type: "text", text }],
    isError: !found.ok,
  };
}

function textOf(hits: readonly SearchHit[]): string {
  if (hits.length === 0) return "Nothing was found.";
  return hits
    .map(({ url, title, snippet, age }, at) =>
      [`${at + 1}. ${title}`, url, ...(age === undefined ? [] : [age]), snippet].join("\n"),
    )
    .join("\n\n");
}
