import { isObject, parseJson } from "../../base/json.ts";
import type { RedactedThinkingBlock, ThinkingBlock } from "../../canonical/index.ts";

type Carried = ThinkingBlock | RedactedThinkingBlock;

const MARK = "spwc1:";
/** Six bytes are eight characters of base64, so that the mark is seen without decoding. */
const ENCODED_MARK = Buffer.from(MARK).toString("base64");
const MAX_BYTES = 32 * 2 ** 20;

/**
 * A `thoughtSignature` that brings thinking of another provider back with the part that it stands on.
 *
 * Gemini CLI throws thoughts away and keeps signatures, so the text goes along: some providers want it back as much as
 * their own proof. Base64, for clients in typed languages decode it.
 */
export function packThinking(blocks: readonly Carried[]): string {
  const entries = blocks.map((block) =>
    block.type === "thinking"
      ? { thinking: block.text, signature: block.signature ?? "" }
      : { data: block.data },
  );
  return Buffer.from(MARK + JSON.stringify(entries)).toString("base64");
}

/** The thinking in a signature; undefined for one that a model of Google's made, or that is damaged. */
export function unpackThinking(signature: string): readonly Carried[] | undefined {
  if (!signature.startsWith(ENCODED_MARK)) return undefined;
  const text = Buffer.from(signature, "base64").toString("utf8").slice(MARK.length);
  const parsed = parseJson(text, { maxBytes: MAX_BYTES });
  if (!parsed.ok || !Array.isArray(parsed.value)) return undefined;
  const blocks = parsed.value.map(toBlock);
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function toBlock(entry: unknown): Carried | undefined {
  if (!isObject(entry)) return undefined;
  const { thinking, signature, data } = entry;
  if (typeof data === "string") return { type: "redacted_thinking", data };
  return typeof thinking === "string" && typeof signature === "string"
    ? { type: "thinking", text: thinking, signature }
    : undefined;
}
