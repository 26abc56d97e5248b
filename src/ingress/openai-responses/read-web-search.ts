import { isObject } from "../../base/json.ts";
import type { JsonObject, ServerTool } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

/** The search of this dialect has had several names, some with dates. */
const WEB_SEARCH = /^web_search(?:_preview)?(?:_\d{4}_\d{2}_\d{2})?$/;
const KIND = "web_search_20250305";
const CARRIED: ReadonlySet<string> = new Set(["type", "name", "filters", "user_location"]);

/** A search as the canonical form has it; undefined for another tool. */
export function readWebSearch(tool: Field, raw: JsonObject, kind: string): ServerTool | undefined {
  if (!WEB_SEARCH.test(kind)) return undefined;
  const domains = tool.at("filters").at("allowed_domains").value;
  const location = raw["user_location"];
  return {
    type: "server",
    kind: KIND,
    name: "web_search",
    raw: {
      type: KIND,
      name: "web_search",
      ...(Array.isArray(domains) ? { allowed_domains: domains } : {}),
      ...(isObject(location) ? { user_location: withoutNulls(location) } : {}),
    },
  };
}

/**
 * What a request says of its searches that the canonical form has no word for, under the names of the members.
 *
 * A search of the live web is what every search is.
 */
export function searchExtras(tools: Field): JsonObject {
  const list: readonly unknown[] = Array.isArray(tools.value) ? tools.value : [];
  const searches = list.filter(isObject).filter((tool) => WEB_SEARCH.test(String(tool["type"])));
  const rest = searches.flatMap((tool) =>
    Object.entries(withoutNulls(tool)).filter(
      ([name, value]) => !CARRIED.has(name) && !(name === "external_web_access" && value === true),
    ),
  );
  return Object.fromEntries(rest.map(([name, value]) => [`tools[].web_search.${name}`, value]));
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
