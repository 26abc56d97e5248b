import { isObject, parseJson } from "../../base/json.ts";
import { ANTHROPIC, type JsonObject } from "../../canonical/index.ts";
import { KNOWN_CLAUDE_MODELS } from "../../metering/index.ts";
import type { ListedModel } from "./listed-model.ts";

/** One page of Anthropic's own list. */
export interface ClaudePage {
  readonly models: readonly ListedModel[];
  /** The last id of a page that another one follows. */
  readonly after: string | undefined;
}

/** More than any list of models takes. */
export const MAX_LIST_BYTES = 8 * 2 ** 20;

/** Undefined: it is no page of the list. */
export function readClaudePage(body: Buffer): ClaudePage | undefined {
  const parsed = parseJson(body, { maxBytes: MAX_LIST_BYTES });
  const page = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const { data, has_more: hasMore, last_id: lastId } = page;
  if (!Array.isArray(data)) return undefined;
  const models = data.flatMap((item: unknown) => {
    const model = isJsonObject(item) ? toListed(item) : undefined;
    return model === undefined ? [] : [model];
  });
  return { models, after: hasMore === true && typeof lastId === "string" ? lastId : undefined };
}

function toListed(native: JsonObject): ListedModel | undefined {
  const { id, display_name: name, created_at: created } = native;
  if (typeof id !== "string" || id === "") return undefined;
  const createdAt = Date.parse(String(created));
  return {
    id,
    provider: ANTHROPIC,
    displayName: typeof name === "string" ? name : id,
    createdAt: Number.isNaN(createdAt) ? undefined : createdAt,
    native,
  };
}

/** What came out of a JSON text is JSON. */
function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}

/** Claude's models where nobody can be asked for them: those that have a price. */
export const KNOWN_CLAUDE: readonly ListedModel[] = KNOWN_CLAUDE_MODELS.map((id) => ({
  id,
  provider: ANTHROPIC,
  displayName: nameOf(id),
  createdAt: undefined,
}));

/** `claude-opus-5-5` is Claude Opus 5.5. */
function nameOf(id: string): string {
  const [, family = "", version = ""] = /^claude-([a-z]+)-([\d-]+)$/.exec(id) ?? [];
  if (family === "") return id;
  const letter = family.charAt(0).toUpperCase();
  return `Claude ${letter}${family.slice(1)} ${version.replaceAll("-", ".")}`;
}
