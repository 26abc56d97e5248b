import { isObject } from "../../base/json.ts";
import type { BlockDelta, OpenedBlock, StreamEvent } from "../../canonical/index.ts";
import { type AnswerDelta, type CallForm, PARAGRAPH } from "./answer-delta.ts";
import { ThinkingDeltas } from "./thinking-deltas.ts";

type Told = Extract<StreamEvent, { readonly type: "block" | "delta" | "block_end" }>;

/** Says blocks as the deltas of one message. */
export class AnswerDeltas {
  readonly #form: CallForm;
  readonly #thinking = new ThinkingDeltas();
  #open: OpenedBlock["type"] | undefined;
  #calls = 0;
  #hasInput = false;
  #hasContent = false;
  /** Something else stood behind the text so far. */
  #isApart = false;

  constructor(form: CallForm) {
    this.#form = form;
  }

  /** How many calls were told. */
  get calls(): number {
    return this.#calls;
  }

  push(event: Told): readonly AnswerDelta[] {
    switch (event.type) {
      case "block":
        return [...this.#close(), ...this.#openBlock(event.block)];
      case "delta":
        return this.#delta(event.delta);
      case "block_end":
        return this.#close();
      default:
        return event satisfies never;
    }
  }

  /** What waited for something to follow. */
  end(): readonly AnswerDelta[] {
    return [...this.#close(), ...this.#thinking.tellCarried()];
  }

  #openBlock(block: OpenedBlock): readonly AnswerDelta[] {
    this.#open = block.type;
    this.#isApart ||= this.#hasContent && block.type !== "text";
    if (block.type === "tool_use") return this.#openCall(block.id, block.name);
    const before = this.#thinking.tellCarried();
    switch (block.type) {
      case "text":
        return before;
      case "thinking":
        this.#thinking.open();
        return before;
      case "redacted_thinking":
        return [...before, ...this.#thinking.redacted(block.data)];
      case "opaque":
        return [...before, ...this.#openOpaque(block)];
      default:
        return block satisfies never;
    }
  }

  /** A search is told with what it found. */
  #openOpaque({ kind, raw }: OpenedBlock & { readonly type: "opaque" }): readonly AnswerDelta[] {
    if (kind === "server_tool_use" && raw["name"] === "web_search") return [];
    return kind === "web_search_tool_result"
      ? this.#aside(`web search: ${foundIn(raw["content"])}`)
      : this.#note(`${kind} block that this API has no place for`);
  }

  #openCall(id: string, name: string): readonly AnswerDelta[] {
    this.#hasInput = false;
    if (this.#form === "function_call") return this.#openFunctionCall(name);
    const index = this.#calls;
    this.#calls += 1;
    const signature = this.#thinking.takeCarried();
    const carrier =
      signature === "" ? {} : { extra_content: { google: { thought_signature: signature } } };
    const told = { name, arguments: "" };
    return [{ tool_calls: [{ index, id, type: "function", function: told, ...carrier }] }];
  }

  #openFunctionCall(name: string): readonly AnswerDelta[] {
    const before = this.#thinking.tellCarried();
    if (this.#calls === 0) {
      this.#calls = 1;
      return [...before, { function_call: { name, arguments: "" } }];
    }
    // Its arguments are left out with it.
    this.#open = "opaque";
    const note = this.#note(`a call of ${name}: an answer in this form has room for one`);
    return [...before, ...note];
  }

  #delta(delta: BlockDelta): readonly AnswerDelta[] {
    switch (delta.type) {
      case "text":
        return this.#text(delta.text);
      case "thinking":
        return this.#thinking.text(delta.text);
      case "signature":
        this.#thinking.sign(delta.signature);
        return [];
      case "input":
        return this.#open === "tool_use" ? [this.#input(delta.json)] : [];
      case "opaque":
        return [];
      default:
        return delta satisfies never;
    }
  }

  #text(text: string): readonly AnswerDelta[] {
    if (text === "") return [];
    const content = this.#isApart ? PARAGRAPH + text : text;
    this.#hasContent = true;
    this.#isApart = false;
    return [{ content }];
  }

  #input(json: string): AnswerDelta {
    this.#hasInput ||= json !== "";
    const told = { arguments: json };
    return this.#form === "function_call"
      ? { function_call: told }
      : { tool_calls: [{ index: this.#calls - 1, function: told }] };
  }

  #close(): readonly AnswerDelta[] {
    const open = this.#open;
    this.#open = undefined;
    if (open === "thinking") return this.#thinking.close();
    // Clients parse the arguments as they are.
    return open === "tool_use" && !this.#hasInput ? [this.#input("{}")] : [];
  }

  /** Nothing is left out without a word. */
  #note(what: string): readonly AnswerDelta[] {
    return this.#aside(`left out: ${what}`);
  }

  #aside(what: string): readonly AnswerDelta[] {
    const told = this.#text(`[${what}]`);
    this.#isApart = true;
    return told;
  }
}

/** The addresses of the pages that a search found, or why it found none. */
function foundIn(content: unknown): string {
  if (isObject(content) && typeof content["error_code"] === "string") return content["error_code"];
  const pages: readonly unknown[] = Array.isArray(content) ? content : [];
  const urls = pages.map((page) => (isObject(page) ? page["url"] : undefined));
  const found = urls.filter((url) => typeof url === "string").join(", ");
  return found === "" ? "nothing was found" : found;
}
