import { isObject, parseJson } from "../../../base/json.ts";
import type { JsonObject, ThinkingBlock } from "../../../canonical/index.ts";
import type { ResponsesTraits } from "./traits.ts";

/** Encrypted thinking of a long answer is some hundred kilobytes. */
const MAX_ITEM_BYTES = 8 * 2 ** 20;

/** Members of an item that an input may have; `status` belongs to answers. */
const INPUT_MEMBERS = ["type", "id", "summary", "content", "encrypted_content"];

/**
 * The proof that travels with a thinking block: the whole item, to be sent back as it came. Undefined where there is
 * nothing in it that the model could read again.
 */
export function signatureOf(item: JsonObject): string | undefined {
  const hasContent = Array.isArray(item["content"]) && item["content"].length > 0;
  if (typeof item["encrypted_content"] !== "string" && !hasContent) return undefined;
  return JSON.stringify(item);
}

/** The item of a thinking block; undefined where the upstream would refuse it or could not use it. */
export function reasoningItem(
  block: ThinkingBlock,
  traits: ResponsesTraits,
): JsonObject | undefined {
  if (traits.reasoning === "none" || block.signature === undefined) return undefined;
  const parsed = parseJson(block.signature, { maxBytes: MAX_ITEM_BYTES });
  if (!parsed.ok || !isObject(parsed.value) || parsed.value["type"] !== "reasoning") {
    return undefined;
  }
  const item = parsed.value;
  const isEncrypted = typeof item["encrypted_content"] === "string";
  if (traits.reasoning === "encrypted" && !isEncrypted) return undefined;
  const members = INPUT_MEMBERS.filter((key) => {
    if (traits.reasoning === "item") return key in item;
    // A null or empty content is refused where only encrypted items are known.
    return key !== "id" && (key !== "content" || isFilled(item[key])) && key in item;
  });
  return { ...Object.fromEntries(members.map((key) => [key, item[key]])), summary: listIn(item) };
}

/** The one member that every server insists on. */
function listIn(item: JsonObject): readonly unknown[] {
  const summary: unknown = item["summary"];
  return Array.isArray(summary) ? summary : [];
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
