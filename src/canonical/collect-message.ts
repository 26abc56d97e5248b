import { fail, ok, type Result } from "../base/result.ts";
import type { Block, JsonObject, OpaqueBlock } from "./blocks.ts";
import type { UpstreamError } from "./error.ts";
import { parseToolInput } from "./exact-json.ts";
import type { Message } from "./message.ts";
import type { OpenedBlock, StreamEvent } from "./stream.ts";

interface Pieces {
  text: string;
  signature: string | undefined;
}

/** The answer that the events of a whole stream tell. */
export function collectMessage(events: readonly StreamEvent[]): Result<Message, UpstreamError> {
  const content: Block[] = [];
  let id = "";
  let model = "";
  let open: OpenedBlock | undefined;
  let pieces: Pieces = { text: "", signature: undefined };
  for (const event of events) {
    switch (event.type) {
      case "start":
        ({ id, model } = event);
        break;
      case "block":
        open = event.block;
        pieces = { text: "", signature: undefined };
        break;
      case "delta":
        if (event.delta.type === "signature") pieces.signature = event.delta.signature;
        else if (event.delta.type === "input") pieces.text += event.delta.json;
        else if (event.delta.type === "opaque") pieces.text += inputIn(event.delta.raw);
        else pieces.text += event.delta.text;
        break;
      case "block_end":
        if (open !== undefined) content.push(closed(open, pieces));
        open = undefined;
        break;
      case "end": {
        const { stopReason, stopSequence, usage } = event;
        return ok({ id, model, content, stopReason, stopSequence, usage });
      }
      case "error":
        return fail(event.error);
    }
  }
  return fail({ kind: "server", message: "the upstream's answer broke off before its end" });
}

function closed(block: OpenedBlock, { text, signature }: Pieces): Block {
  switch (block.type) {
    case "text":
      return { type: "text", text };
    case "thinking":
      return { type: "thinking", text, signature };
    case "tool_use":
      return { ...block, input: text };
    case "opaque":
      return text === "" ? block : withInput(block, text);
    case "redacted_thinking":
      return block;
    default:
      return block satisfies never;
  }
}

/** A piece of such a call's input, as the dialect that has such calls tells it. */
function inputIn({ partial_json: json }: JsonObject): string {
  return typeof json === "string" ? json : "";
}

/** A call of a tool that the upstream runs has its input in it. */
function withInput(block: OpaqueBlock, json: string): OpaqueBlock {
  return { ...block, raw: { ...block.raw, input: parseToolInput(json) ?? {} } };
}
