import { isObject } from "../../base/json.ts";
import type { Block, JsonObject, ThinkingBlock } from "../../canonical/index.ts";
import type { Field } from "../field.ts";
import { joinPieces } from "./reasoning-details.ts";

/** What every proof begins with that was sealed here (`canonical/provenance.ts`); other servers' details have none. */
const SEALED = "spw1.";

/**
 * The thinking that an assistant message carries: `reasoning_details` where there are some, else the text alone.
 *
 * Details that Spillway wrote are the blocks that they were. Those of another server belong together and are kept as
 * one proof, which is what the server that made them wants back.
 */
export function readThinking(message: Field): readonly Block[] {
  const details = message.at("reasoning_details").value;
  const blocks = detailBlocks(joinPieces(Array.isArray(details) ? details.filter(isObject) : []));
  const told = textOf(message, "reasoning_content") || textOf(message, "reasoning");
  return [...withText(blocks, told), ...readCarrier(message)];
}

/**
 * A signature as Google's own API of this kind carries it.
 * @source https://ai.google.dev/gemini-api/docs/thought-signatures (read 2026-11-25)
 */
export function readCarrier(field: Field): readonly ThinkingBlock[] {
  const signature = field.at("extra_content").at("google").at("thought_signature").value;
  const isCarrier = typeof signature === "string" && signature !== "";
  return isCarrier ? [{ type: "thinking", text: "", signature }] : [];
}

function detailBlocks(details: readonly JsonObject[]): readonly Block[] {
  const foreign = details.filter((detail) => !isSealed(proofOf(detail)));
  const own = details.filter((detail) => !foreign.includes(detail)).map(ownBlock);
  if (foreign.length === 0) return own;
  const text = foreign.map((detail) => `${string(detail["text"])}${string(detail["summary"])}`);
  return [{ type: "thinking", text: text.join(""), signature: JSON.stringify(foreign) }, ...own];
}

function ownBlock(detail: JsonObject): Block {
  const proof = proofOf(detail);
  return detail["type"] === "reasoning.encrypted"
    ? { type: "redacted_thinking", data: proof }
    : { type: "thinking", text: string(detail["text"]), signature: proof };
}

function proofOf(detail: JsonObject): string {
  return string(detail["signature"]) || string(detail["data"]);
}

function isSealed(proof: string): boolean {
  return proof.startsWith(SEALED);
}

/** The text that came beside the details, where they have none of their own. */
function withText(blocks: readonly Block[], text: string): readonly Block[] {
  const isTold = blocks.some((block) => block.type === "thinking" && block.text !== "");
  if (text === "" || isTold) return blocks;
  const first = blocks.findIndex(({ type }) => type === "thinking");
  if (first < 0) return [{ type: "thinking", text }, ...blocks];
  return blocks.map((block, i) =>
    i === first && block.type === "thinking" ? { ...block, text } : block,
  );
}

function textOf(message: Field, name: string): string {
  return string(message.at(name).value);
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
