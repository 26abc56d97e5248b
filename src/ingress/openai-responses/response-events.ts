import type { BlockDelta, JsonObject, OpenedBlock, StreamEvent } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import { callKinds } from "./call-kinds.ts";
import { CallWriter } from "./call-writer.ts";
import type { ItemWriter } from "./item-writer.ts";
import { MessageWriter } from "./message-writer.ts";
import { ReasoningWriter } from "./reasoning-writer.ts";
import { coreOf } from "./request-id.ts";
import { type ResponseState, writeResponse } from "./response.ts";
import { isSearch, SearchWriter } from "./search-writer.ts";
import { WholeWriter } from "./whole-writer.ts";
import { failureOf } from "./write-error.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

type End = Extract<StreamEvent, { readonly type: "end" }>;

/** Endings that this dialect calls incomplete, and why. */
const INCOMPLETE: Readonly<Partial<Record<End["stopReason"], string>>> = {
  max_tokens: "max_output_tokens",
  model_context_window_exceeded: "max_output_tokens",
  refusal: "content_filter",
};

/** An answer as this dialect's events, without their numbers; the last one has all of the answer in it. */
export class ResponseEvents {
  readonly #facts: AnswerFacts;
  readonly #kinds: ReturnType<typeof callKinds>;
  readonly #core: string;
  readonly #output: JsonObject[] = [];
  #id: string;
  #open: ItemWriter | undefined;
  #characters = 0;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
    this.#kinds = callKinds(facts.request);
    this.#core = coreOf(facts.requestId);
    this.#id = `resp_${this.#core}`;
  }

  push(event: StreamEvent): readonly JsonObject[] {
    switch (event.type) {
      case "start":
        if (event.id.startsWith("resp_")) this.#id = event.id;
        return [this.#say("response.created"), this.#say("response.in_progress")];
      case "block":
        return this.#block(event.block);
      case "delta":
        this.#characters += lengthOf(event.delta);
        return this.#ofItem(this.#open?.push(event.delta));
      case "block_end":
        return [
          ...this.#ofItem(this.#open?.endBlock()),
          ...(this.#open?.lingers === true ? [] : this.#finishItem()),
        ];
      case "end":
        return this.#end(event);
      case "error":
        // The open item is not ended: an answer that broke off must not look whole.
        return [
          this.#say("response.failed", {
            status: "failed",
            error: failureOf(event.error, this.#facts),
          }),
        ];
      default:
        return event satisfies never;
    }
  }

  #block(block: OpenedBlock): readonly JsonObject[] {
    if (this.#open?.takes(block)) return this.#ofItem(this.#open.open(block));
    const before = this.#finishItem();
    const writer = this.#writerOf(block);
    this.#open = writer;
    return [...before, this.#itemEvent("added", writer.first), ...this.#ofItem(writer.open(block))];
  }

  #writerOf(block: OpenedBlock): ItemWriter {
    const core = `${this.#core}${this.#output.length}`;
    switch (block.type) {
      case "text":
        return new MessageWriter(`msg_${core}`);
      case "thinking":
      case "redacted_thinking":
        return new ReasoningWriter(`rs_${core}`, block);
      case "tool_use":
        return new CallWriter(core, block, this.#kinds.get(block.name));
      case "opaque":
        return isSearch(block) ? new SearchWriter(core, block) : new WholeWriter(block.raw);
      default:
        return block satisfies never;
    }
  }

  #finishItem(isCut = false): readonly JsonObject[] {
    const finished = this.#open?.finish(isCut);
    if (finished === undefined) return [];
    const events = [...this.#ofItem(finished.events), this.#itemEvent("done", finished.item)];
    this.#output.push(finished.item);
    this.#open = undefined;
    return events;
  }

  #end({ stopReason, usage }: End): readonly JsonObject[] {
    const reason = INCOMPLETE[stopReason];
    const items = this.#finishItem(reason !== undefined);
    const estimate = {
      input: this.#facts.estimatedInputTokens,
      output: tokensOf(this.#characters),
    };
    const status = reason === undefined ? "completed" : "incomplete";
    const ending = {
      status,
      usage: writeUsage(usage, estimate),
      incompleteReason: reason,
    } as const;
    return [...items, this.#say(`response.${status}`, ending)];
  }

  #say(type: string, ending: Partial<ResponseState> = {}): JsonObject {
    const state = { id: this.#id, status: "in_progress", usage: null, ...ending } as const;
    return { type, response: writeResponse({ ...state, output: [...this.#output] }, this.#facts) };
  }

  #itemEvent(what: "added" | "done", item: JsonObject): JsonObject {
    return { type: `response.output_item.${what}`, output_index: this.#output.length, item };
  }

  #ofItem(events: readonly JsonObject[] = []): readonly JsonObject[] {
    const item_id = this.#open?.first["id"];
    return events.map((event) => ({ ...event, item_id, output_index: this.#output.length }));
  }
}

function lengthOf(delta: BlockDelta): number {
  switch (delta.type) {
    case "text":
    case "thinking":
      return delta.text.length;
    case "input":
      return delta.json.length;
    case "signature":
    case "opaque":
      return 0;
    default:
      return delta satisfies never;
  }
}
