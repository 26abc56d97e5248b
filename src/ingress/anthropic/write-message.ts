import {
  type Block,
  type JsonObject,
  type Message,
  parseToolInput,
} from "../../canonical/index.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

/** What the client is told that the upstream does not know. */
export interface AnswerOptions {
  /** The model that the client asked for: clients show it and log it. */
  readonly model: string;
  /** Stands in for the input where the upstream tells no usage, or tells it only at the end. */
  readonly estimatedInputTokens: number;
  readonly requestId?: string;
}

/** Some upstreams give an answer no id, and clients tell answers apart by it. */
export function idOf(told: string, { requestId = "" }: Pick<AnswerOptions, "requestId">): string {
  return told === "" ? `msg_${requestId}` : told;
}

/** A whole answer as the API gives it. Write it with `JSON.stringify`: long numbers in tool inputs need it. */
export function writeMessage(message: Message, options: AnswerOptions): JsonObject {
  const content = message.content.map(writeBlock);
  const isCallAsked = message.content.some((block) => block.type === "tool_use");
  const isCallLeft = content.some((block) => block["type"] === "tool_use");
  return {
    id: idOf(message.id, options),
    type: "message",
    role: "assistant",
    model: options.model,
    content,
    // A client that is told to run a tool and finds none stands still without a word.
    stop_reason: isCallAsked && !isCallLeft ? "max_tokens" : message.stopReason,
    stop_sequence: message.stopSequence ?? null,
    usage: writeUsage(message.usage, {
      input: options.estimatedInputTokens,
      output: tokensOf(JSON.stringify(content).length),
    }),
  };
}

function writeBlock(block: Block): JsonObject {
  switch (block.type) {
    case "text":
      return { ...block.extra, type: "text", text: block.text };
    case "thinking":
      return {
        ...block.extra,
        type: "thinking",
        thinking: block.text,
        signature: block.signature ?? "",
      };
    case "redacted_thinking":
      return { ...block.extra, type: "redacted_thinking", data: block.data };
    case "tool_use": {
      const input = parseToolInput(block.input);
      if (input === undefined) return note(`a call of the tool ${block.name}: its input broke off`);
      return { ...block.extra, type: "tool_use", id: block.id, name: block.name, input };
    }
    case "opaque":
      return block.raw;
    case "image":
    case "document":
    case "tool_result":
      return note(`${block.type} block that this API has no place for in an answer`);
    default:
      return block satisfies never;
  }
}

/** Nothing is left out without a word. */
function note(what: string): JsonObject {
  return { type: "text", text: `[left out: ${what}]` };
}
