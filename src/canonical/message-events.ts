import type { Block } from "./blocks.ts";
import type { Message } from "./message.ts";
import type { BlockDelta, OpenedBlock, StreamEvent } from "./stream.ts";

/** A whole answer as a stream would have told it, for a client that asked for one. */
export function messageEvents(message: Message): readonly StreamEvent[] {
  const { id, model, stopReason, stopSequence, usage } = message;
  return [
    { type: "start", id, model, usage },
    ...message.content.flatMap(blockEvents),
    { type: "end", stopReason, stopSequence, usage },
  ];
}

function blockEvents(block: Block): readonly StreamEvent[] {
  const told = openedWith(block);
  if (told === undefined) return [];
  const [opened, ...deltas] = told;
  return [
    { type: "block", block: opened },
    ...deltas.map((delta): StreamEvent => ({ type: "delta", delta })),
    { type: "block_end" },
  ];
}

type Told = readonly [OpenedBlock, ...BlockDelta[]];

/** Undefined for what no answer has. */
function openedWith(block: Block): Told | undefined {
  switch (block.type) {
    case "text":
      return [{ type: "text" }, { type: "text", text: block.text }];
    case "thinking": {
      const text: BlockDelta = { type: "thinking", text: block.text };
      const { signature } = block;
      return signature === undefined
        ? [{ type: "thinking" }, text]
        : [{ type: "thinking" }, text, { type: "signature", signature }];
    }
    case "redacted_thinking":
      return [{ type: "redacted_thinking", data: block.data }];
    case "tool_use": {
      const { id, name, input } = block;
      return [
        { type: "tool_use", id, name },
        { type: "input", json: input },
      ];
    }
    case "opaque":
      return [{ type: "opaque", kind: block.kind, raw: block.raw }];
    case "image":
    case "document":
    case "tool_result":
      return undefined;
    default:
      return block satisfies never;
  }
}
