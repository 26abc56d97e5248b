import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, OpaqueBlock } from "../../../canonical/index.ts";
import { objectOf, objectsOf, textOf } from "../shared/fields.ts";

const MAX_ARGUMENTS_BYTES = 2 ** 16;

/** A search that the upstream made, as the canonical form's own searches: the call and what it found. */
export interface Search {
  /** With an empty input, which follows as text. */
  readonly call: OpaqueBlock;
  /** JSON text. */
  readonly input: string;
  readonly result: OpaqueBlock;
}

export function readSearch(item: JsonObject): Search {
  const id = `srvtoolu_${textOf(item["id"]).replace(/[^a-zA-Z0-9_]/g, "_")}`;
  const action = objectOf(item["action"]);
  return {
    call: {
      type: "opaque",
      kind: "server_tool_use",
      raw: { type: "server_tool_use", id, name: "web_search", input: {} },
    },
    input: JSON.stringify(inputOf(item, action)),
    result: {
      type: "opaque",
      kind: "web_search_tool_result",
      raw: {
        type: "web_search_tool_result",
        tool_use_id: id,
        content: objectsOf(action["sources"]).flatMap(readSource),
      },
    },
  };
}

/** What was looked for, or the page that was opened. */
function inputOf(item: JsonObject, action: JsonObject): JsonObject {
  const { type: _type, sources: _sources, ...asked } = action;
  if (Object.keys(asked).length > 0) return asked;
  const parsed = parseJson(textOf(item["arguments"]), { maxBytes: MAX_ARGUMENTS_BYTES });
  return parsed.ok && isObject(parsed.value) ? parsed.value : {};
}

/** Sources have no titles here, and pages that were read are not handed over. */
function readSource(source: JsonObject): readonly JsonObject[] {
  const url = textOf(source["url"]);
  if (url === "") return [];
  const title = textOf(source["title"]) || url;
  return [{ type: "web_search_result", url, title, encrypted_content: "", page_age: null }];
}
