import { isObject } from "../../base/json.ts";
import type { Block, JsonObject } from "../../canonical/index.ts";
import type { Field } from "../field.ts";

/** How sealed thinking begins (`canonical/provenance`); OpenAI's own encrypted thinking has no dot in it. */
const SEAL = "spw1.";
/** Tells the seal of hidden thinking, which has no text, from that of thinking whose text is empty. */
const HIDDEN = "redacted.";
const PARAGRAPH = "\n\n";

/** What `encrypted_content` carries of a block's proof; undefined where it has none. */
export function carried(signature: string | undefined, isHidden: boolean): string | undefined {
  if (signature === undefined || signature === "") return undefined;
  return isHidden ? HIDDEN + signature : signature;
}

/**
 * A reasoning item as thinking, if it was sealed here.
 *
 * Anybody else's is thinking without a proof, which every upstream leaves out, with the item kept for its maker.
 */
export function readReasoning(field: Field, raw: JsonObject): Block {
  const encrypted = field
    .at("encrypted_content")
    .optional((it) => it.text("Send reasoning items back as they came."));
  const text = [...textsIn(raw["summary"]), ...textsIn(raw["content"])].join(PARAGRAPH);
  if (encrypted?.startsWith(HIDDEN + SEAL)) {
    return { type: "redacted_thinking", data: encrypted.slice(HIDDEN.length) };
  }
  if (encrypted?.startsWith(SEAL)) return { type: "thinking", text, signature: encrypted };
  return { type: "thinking", text, extra: { reasoning: raw } };
}

function textsIn(parts: unknown): readonly string[] {
  if (!Array.isArray(parts)) return [];
  const list: readonly unknown[] = parts;
  return list
    .map((part) => (isObject(part) ? part["text"] : undefined))
    .filter((text) => typeof text === "string")
    .filter((text) => text !== "");
}
