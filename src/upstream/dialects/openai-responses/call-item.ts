import { type JsonObject, parseToolInput, type StreamEvent } from "../../../canonical/index.ts";
import { textOf } from "../shared/fields.ts";
import type { Produced } from "../shared/stop-reason.ts";
import type { ItemReader } from "./item-reader.ts";
import { argumentsOf, clientName, type ItemContext, isCall } from "./read-items.ts";

const MISMATCH = "the upstream's tool call ended otherwise than it began";

/** A call of one of the client's tools. Its input may come in pieces, at its end alone, or both. */
export class CallItem implements ItemReader {
  readonly #context: ItemContext;
  #first: JsonObject;
  #isOpen = false;
  /** As it was handed over. */
  #input = "";
  #isBroken = false;

  constructor(first: JsonObject, context: ItemContext) {
    this.#first = first;
    this.#context = context;
  }

  get produced(): Produced {
    return { hasCall: this.#isOpen, hasRefusal: false, hasBrokenCall: this.#isBroken };
  }

  push(type: string, event: JsonObject): readonly StreamEvent[] {
    // Without a name nothing can be opened; the item's end has it.
    if (!this.#isOpen && !isCall(this.#first)) return [];
    if (type === "response.function_call_arguments.delta") {
      return this.#give(textOf(event["delta"]));
    }
    if (type === "response.function_call_arguments.done") {
      return this.#complete(argumentsOf(event));
    }
    return [];
  }

  finish(item: JsonObject | undefined): readonly StreamEvent[] {
    if (item !== undefined && isCall(item)) this.#first = item;
    if (!this.#isOpen && !isCall(this.#first)) return [];
    const events = [
      ...this.#open(),
      ...this.#complete(item === undefined ? this.#input : argumentsOf(item)),
    ];
    if (this.#input === "") events.push(...this.#give("{}"));
    this.#isBroken = parseToolInput(this.#input) === undefined;
    return [...events, { type: "block_end" }];
  }

  #open(): readonly StreamEvent[] {
    if (this.#isOpen) return [];
    this.#isOpen = true;
    const id = this.#context.ids.assign(textOf(this.#first["call_id"]));
    const name = clientName(this.#first, this.#context);
    return [{ type: "block", block: { type: "tool_use", id, name } }];
  }

  #give(json: string): readonly StreamEvent[] {
    const opened = this.#open();
    if (json === "") return opened;
    this.#input += json;
    return [...opened, { type: "delta", delta: { type: "input", json } }];
  }

  /** Nobody may run a tool with another input than the one that was meant. */
  #complete(whole: string): readonly StreamEvent[] {
    if (whole === "" || whole === this.#input.trim()) return [];
    if (whole.startsWith(this.#input)) return this.#give(whole.slice(this.#input.length));
    return [{ type: "error", error: { kind: "server", message: MISMATCH } }];
  }
}
