import { isObject, parseJson } from "../../base/json.ts";
import type { JsonObject } from "../../canonical/index.ts";

const MAX_INPUT_BYTES = 2 ** 20;

/** What a search asked and found, as this API tells it beside an answer. */
export interface Grounding {
  readonly queries: readonly string[];
  readonly pages: readonly JsonObject[];
}

/** What a block says that only Anthropic's API has: parts in its place, and what is told beside the answer. */
export interface Told {
  readonly parts: readonly JsonObject[];
  readonly grounding?: Grounding;
}

/** Tools that the upstream ran, in this API's words; of what it has none for, a text. `input` came in pieces. */
export function tellOpaque(kind: string, raw: JsonObject, input: string): Told {
  const { name, id } = raw;
  if (kind === "server_tool_use") {
    const given = inputOf(raw, input);
    if (name === "web_search") {
      const query = given["query"];
      return {
        parts: [],
        grounding: { queries: typeof query === "string" ? [query] : [], pages: [] },
      };
    }
    if (name === "code_execution") {
      const code = { language: "PYTHON", code: textOf(given["code"]) };
      return { parts: [{ executableCode: { id: textOf(id), ...code } }] };
    }
    return note(textOf(name));
  }
  if (kind === "web_search_tool_result") {
    return { parts: [], grounding: { queries: [], pages: listOf(raw["content"]).flatMap(pageOf) } };
  }
  if (kind === "code_execution_tool_result") return { parts: [resultPart(raw)] };
  return note(kind);
}

/** Nothing is left out without a word. */
function note(what: string): Told {
  return { parts: [{ text: `[left out: ${what}, which this API has no place for]` }] };
}

export function groundingMembers({ queries, pages }: Grounding): JsonObject {
  if (queries.length === 0 && pages.length === 0) return {};
  return { groundingMetadata: { webSearchQueries: queries, groundingChunks: pages } };
}

function inputOf(raw: JsonObject, pieces: string): JsonObject {
  if (pieces === "") return isObject(raw["input"]) ? raw["input"] : {};
  const parsed = parseJson(pieces, { maxBytes: MAX_INPUT_BYTES });
  return parsed.ok && isObject(parsed.value) ? parsed.value : {};
}

function resultPart(raw: JsonObject): JsonObject {
  const content = isObject(raw["content"]) ? raw["content"] : {};
  const isFine = content["return_code"] === 0;
  const output = [textOf(content["stdout"]), textOf(content["stderr"])].filter(Boolean).join("\n");
  return {
    codeExecutionResult: {
      id: textOf(raw["tool_use_id"]),
      outcome: isFine ? "OUTCOME_OK" : "OUTCOME_FAILED",
      output,
    },
  };
}

function pageOf(page: unknown): readonly JsonObject[] {
  if (!isObject(page) || typeof page["url"] !== "string") return [];
  return [{ web: { uri: page["url"], title: textOf(page["title"]) } }];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
