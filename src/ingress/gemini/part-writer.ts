import {
  type BlockDelta,
  type JsonObject,
  type OpenedBlock,
  parseToolInput,
  type RedactedThinkingBlock,
  type StreamEvent,
  type ThinkingBlock,
} from "../../canonical/index.ts";
import { packThinking } from "./carrier.ts";
import { type Grounding, tellOpaque } from "./server-parts.ts";

type OfBlocks = Extract<StreamEvent, { readonly type: "block" | "delta" | "block_end" }>;

/** Between paragraphs: clients show each part of thoughts on its own, with the first line as its title. */
const PARAGRAPH = "\n\n";

/**
 * Turns blocks into parts. Owned by one writer of one answer.
 *
 * The proof of thinking stands on the part behind it, as with Google's own models: clients keep that part.
 */
export class PartWriter {
  readonly #isWhole: boolean;
  #open: OpenedBlock | undefined;
  /** Of a block that is told whole: arguments, or input of a tool that the upstream runs. */
  #input = "";
  #thinking = "";
  #told = 0;
  #signature = "";
  #waiting: (ThinkingBlock | RedactedThinkingBlock)[] = [];
  #grounding: Grounding = { queries: [], pages: [] };
  #brokenCall: string | undefined;

  /** `isWhole`: thoughts are told in one part rather than as they come. */
  constructor(isWhole: boolean) {
    this.#isWhole = isWhole;
  }

  /** What searches of the upstream asked and found. */
  get grounding(): Grounding {
    return this.#grounding;
  }

  /** A tool whose arguments were no JSON object, and whose call was left out. */
  get brokenCall(): string | undefined {
    return this.#brokenCall;
  }

  push(event: OfBlocks): readonly JsonObject[] {
    if (event.type === "delta") return this.#delta(event.delta);
    const closed = this.#close();
    if (event.type === "block") {
      const { block } = event;
      this.#open = block;
      if (block.type === "redacted_thinking") this.#waiting.push(block);
    }
    return closed;
  }

  /** What is left when the answer is over. */
  finish(): readonly JsonObject[] {
    const closed = this.#close();
    return this.#waiting.length === 0 ? closed : [...closed, this.#signed({ text: "" })];
  }

  #delta(delta: BlockDelta): readonly JsonObject[] {
    switch (delta.type) {
      case "text":
        return delta.text === "" ? [] : [this.#signed({ text: delta.text })];
      case "thinking":
        this.#thinking += delta.text;
        return this.#isWhole ? [] : this.#thoughts(endOfParagraphs(this.#thinking));
      case "signature":
        this.#signature += delta.signature;
        return [];
      case "input":
        this.#input += delta.json;
        return [];
      case "opaque": {
        const piece = delta.raw["partial_json"];
        if (typeof piece === "string") this.#input += piece;
        return [];
      }
      default:
        return delta satisfies never;
    }
  }

  #close(): readonly JsonObject[] {
    const block = this.#open;
    this.#open = undefined;
    const input = this.#input;
    this.#input = "";
    switch (block?.type) {
      case "thinking":
        return this.#closeThinking();
      case "tool_use":
        return this.#call(block, input);
      case "opaque": {
        const { parts, grounding } = tellOpaque(block.kind, block.raw, input);
        this.#grounding = {
          queries: [...this.#grounding.queries, ...(grounding?.queries ?? [])],
          pages: [...this.#grounding.pages, ...(grounding?.pages ?? [])],
        };
        return parts;
      }
      default:
        return [];
    }
  }

  #closeThinking(): readonly JsonObject[] {
    const parts = this.#thoughts(this.#thinking.length);
    if (this.#signature !== "") {
      this.#waiting.push({ type: "thinking", text: this.#thinking, signature: this.#signature });
    }
    this.#thinking = "";
    this.#told = 0;
    this.#signature = "";
    return parts;
  }

  /** The thoughts up to here, as far as they were not told. */
  #thoughts(end: number): readonly JsonObject[] {
    const text = this.#thinking.slice(this.#told, end);
    if (text.trim() === "") return [];
    this.#told = end;
    return [{ text, thought: true }];
  }

  #call(block: OpenedBlock & { readonly type: "tool_use" }, input: string): readonly JsonObject[] {
    const args = parseToolInput(input);
    if (args === undefined) {
      this.#brokenCall = block.name;
      return [];
    }
    const { id, name } = block;
    return [this.#signed({ functionCall: { ...(id === "" ? {} : { id }), name, args } })];
  }

  #signed(part: JsonObject): JsonObject {
    if (this.#waiting.length === 0) return part;
    const thoughtSignature = packThinking(this.#waiting);
    this.#waiting = [];
    return { ...part, thoughtSignature };
  }
}

/** Where the last whole paragraph ends; 0 where none has ended. */
function endOfParagraphs(text: string): number {
  const last = text.lastIndexOf(PARAGRAPH);
  return last < 0 ? 0 : last + PARAGRAPH.length;
}
