import { at, isRecord, textAt } from "../conformance/exchange.ts";

const EMPTY_THOUGHT =
  /response\.output_item\.added reasoning\nresponse\.output_item\.done reasoning\n/g;

/**
 * The types of a stream's events in their order, with pieces that follow each other as one and the item's kind told.
 *
 * Left out are thoughts of which nothing is told, and that a response waits in a queue.
 */
export function grammarOf(text: string): readonly string[] {
  const types = text
    .split(/\r?\n\r?\n/)
    .map((event) => /^data: ?(?<json>\{.*)$/m.exec(event)?.groups?.["json"])
    .filter((json) => json !== undefined)
    .map((json): unknown => JSON.parse(json))
    .map((event) => [textAt(event, "type"), textAt(event, "item", "type")].join(" ").trim());
  return types
    .filter((type, i) => !(type.endsWith(".delta") && types[i - 1] === type))
    .filter((type) => type !== "response.queued")
    .join("\n")
    .replace(EMPTY_THOUGHT, "")
    .split("\n");
}

/** The names of the client's tools that have to be told to any upstream, those in namespaces by their flat ones. */
export function undeclared(request: unknown): readonly string[] {
  return listAt(request, "tools").flatMap((tool) => {
    const name = textAt(tool, "name");
    if (textAt(tool, "type") === "namespace") {
      return listAt(tool, "tools").map((nested) => `${name}__${textAt(nested, "name")}`);
    }
    if (textAt(tool, "type") === "tool_search") return ["tool_search"];
    return name === undefined ? [] : [name];
  });
}

export function listAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  return Array.isArray(list) ? list : [];
}

export function recordsAt(value: unknown, key: string) {
  return listAt(value, key).filter(isRecord);
}
