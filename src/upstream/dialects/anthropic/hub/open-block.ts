import { isObject } from "../../../../base/json.ts";
import {
  type BlockDelta,
  type JsonObject,
  jsonText,
  type OpenedBlock,
} from "../../../../canonical/index.ts";
import { textOf } from "../../shared/fields.ts";
import { type AnswerCalls, restOf } from "./read-message.ts";

/** A block as a stream opens it, and what it already holds: some upstreams send a whole block at once. */
interface Opening {
  readonly block: OpenedBlock;
  readonly held: BlockDelta | undefined;
}

export function openBlock(raw: JsonObject, calls: AnswerCalls): Opening {
  const type = textOf(raw["type"]);
  switch (type) {
    case "text":
      return { block: { type }, held: unlessEmpty({ type, text: textOf(raw["text"]) }) };
    case "thinking":
      return { block: { type }, held: unlessEmpty({ type, text: textOf(raw["thinking"]) }) };
    case "redacted_thinking":
      return { block: { type, data: textOf(raw["data"]) }, held: undefined };
    case "tool_use": {
      const extra = restOf(raw, "id", "name", "input");
      return {
        block: { type, ...calls.read(raw), ...(extra && { extra }) },
        held: heldInput(raw["input"]),
      };
    }
    default:
      return { block: { type: "opaque", kind: type, raw }, held: undefined };
  }
}

/** The API opens every call with an empty object, and the pieces that follow are the input. */
function heldInput(input: unknown): BlockDelta | undefined {
  if (!isObject(input) || Object.keys(input).length === 0) return undefined;
  return { type: "input", json: jsonText(input) ?? "" };
}

/** Which block a delta of the API belongs to, where it can belong to one kind only. */
const HOMES = {
  text: "text",
  thinking: "thinking",
  signature: "thinking",
  input: "tool_use",
} as const;

export type DeltaHome = (typeof HOMES)[keyof typeof HOMES];

/** The kind of block that a delta needs; undefined where any will do. */
export function homeOf(delta: BlockDelta): DeltaHome | undefined {
  return delta.type === "opaque" ? undefined : HOMES[delta.type];
}

/** A piece of a block; within an opaque one every piece is opaque. Undefined when there is nothing in it. */
export function readDelta(raw: JsonObject, isOpaque: boolean): BlockDelta | undefined {
  if (isOpaque) return { type: "opaque", raw };
  switch (raw["type"]) {
    case "text_delta":
      return unlessEmpty({ type: "text", text: textOf(raw["text"]) });
    case "thinking_delta":
      return unlessEmpty({ type: "thinking", text: textOf(raw["thinking"]) });
    case "signature_delta": {
      const signature = textOf(raw["signature"]);
      return signature === "" ? undefined : { type: "signature", signature };
    }
    case "input_json_delta": {
      const json = textOf(raw["partial_json"]);
      return json === "" ? undefined : { type: "input", json };
    }
    default:
      return { type: "opaque", raw };
  }
}

function unlessEmpty(
  delta: Extract<BlockDelta, { readonly text: string }>,
): BlockDelta | undefined {
  return delta.text === "" ? undefined : delta;
}
