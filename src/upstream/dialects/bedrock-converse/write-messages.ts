import {
  type Block,
  type JsonObject,
  parseToolInput,
  type ToolResultBlock,
  type ToolUseBlock,
} from "../../../canonical/index.ts";
import { OPENAI_NAME, wireId } from "../../wire-names.ts";
import type { Lose } from "../shared/losses.ts";
import { writeOpaque } from "../shared/opaque-text.ts";
import type { ModelStep, UserStep } from "../shared/steps.ts";
import { UniqueIds } from "../shared/unique-ids.ts";
import type { CachePoints } from "./cache-points.ts";
import { MediaWriter } from "./media.ts";
import type { ConverseTraits } from "./traits.ts";
import { wireName } from "./write-tools.ts";

export interface MessagesContext {
  readonly traits: ConverseTraits;
  readonly lose: Lose;
  readonly points: CachePoints;
}

/** User and assistant in turn, each call with its result in the message behind it. */
export function writeMessages(
  steps: readonly (UserStep | ModelStep)[],
  context: MessagesContext,
): readonly JsonObject[] {
  const writer = new MessagesWriter(context);
  return steps.map((step) =>
    step.role === "model"
      ? { role: "assistant", content: writer.model(step) }
      : { role: "user", content: writer.user(step) },
  );
}

/** The ids of calls and the names of documents are unique in a conversation. Owned by one request's writer. */
class MessagesWriter {
  readonly #context: MessagesContext;
  readonly #media: MediaWriter;
  readonly #ids = new UniqueIds((id) => wireId(id, OPENAI_NAME));
  /** Of the calls of the step before, in their order. */
  #open: string[] = [];

  constructor(context: MessagesContext) {
    this.#context = context;
    this.#media = new MediaWriter(context.traits, context.lose);
  }

  model({ blocks }: ModelStep): readonly JsonObject[] {
    const { points } = this.#context;
    this.#open = [];
    return blocks.flatMap((block): readonly JsonObject[] => {
      switch (block.type) {
        case "text":
          return block.text.trim() === "" ? [] : points.after({ text: block.text }, block.cache);
        case "thinking":
          return [reasoning(block.text, block.signature)];
        case "tool_use":
          return points.after(this.#call(block), block.cache);
        default:
          return points.after(this.#media.write(block), block.cache);
      }
    });
  }

  user({ results, blocks }: UserStep): readonly JsonObject[] {
    const { points } = this.#context;
    const answered = results.flatMap(({ result }, index) =>
      points.after(this.#result(result, this.#open[index] ?? ""), result.cache),
    );
    const rest = blocks.flatMap((block): readonly JsonObject[] => {
      if (block.type !== "text") return points.after(this.#media.write(block), block.cache);
      return block.text.trim() === "" ? [] : points.after({ text: block.text }, block.cache);
    });
    const content = [...answered, ...rest];
    // A document alone is refused. source: recorded exchanges, 2026-11
    const needsText = content.length === 0 || content.some((part) => "document" in part);
    const hasText = content.some((part) => "text" in part);
    return needsText && !hasText ? [...content, { text: "…" }] : content;
  }

  #call({ id, name, input }: ToolUseBlock): JsonObject {
    const toolUseId = this.#ids.assign(id);
    this.#open.push(toolUseId);
    const parsed = parseToolInput(input);
    if (parsed === undefined) this.#context.lose("content[].input");
    return { toolUse: { toolUseId, name: wireName(name), input: parsed ?? {} } };
  }

  #result({ content, isError }: ToolResultBlock, toolUseId: string): JsonObject {
    const parts = content.flatMap((block) => this.#resultPart(block));
    return {
      toolResult: {
        toolUseId,
        content: parts.length === 0 ? [{ text: "(no output)" }] : parts,
        status: isError ? "error" : "success",
      },
    };
  }

  #resultPart(block: Block): readonly JsonObject[] {
    const { lose, traits } = this.#context;
    switch (block.type) {
      case "text":
        return block.text.trim() === "" ? [] : [{ text: block.text }];
      case "image":
      case "document":
        if (traits.resultImages) return [this.#media.write(block)];
        lose(`content[].${block.type}`);
        return [{ text: `[${block.type} omitted: the model cannot read it in a tool's result]` }];
      case "opaque": {
        const text = writeOpaque(block, lose);
        return text === undefined ? [] : [{ text }];
      }
      default:
        lose(`content[].${block.type}`);
        return [];
    }
  }
}

function reasoning(text: string, signature: string | undefined): JsonObject {
  return {
    reasoningContent: { reasoningText: { text, ...(signature !== undefined && { signature }) } },
  };
}
