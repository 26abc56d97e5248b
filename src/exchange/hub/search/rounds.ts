import {
  collectMessage,
  type Message,
  type StopReason,
  type StreamEvent,
  sumUsage,
  type TokenUsage,
  type ToolUseBlock,
} from "../../../canonical/index.ts";
import { type RunSearch, resultBlock, searchBlock } from "./results.ts";

type End = Extract<StreamEvent, { readonly type: "end" }>;
type Block = Extract<StreamEvent, { readonly type: "block" }>["block"];

/** What a round says behind its first search: events, and the places of results by the number of their search. */
type Held = StreamEvent | number;

/**
 * Makes one answer of the rounds in which a model searches and goes on. A state machine over the upstream's events: one start,
 * one end, searches as a server's own tool with each result right behind its call.
 *
 * A round that searched is held at its end: `searches` says what for, and `resolve` goes on.
 */
export class SearchRounds {
  readonly #name: string;
  #isStarted = false;
  readonly #usages: (TokenUsage | undefined)[] = [];
  #webSearches = 0;
  #round: StreamEvent[] = [];
  #message: Message | undefined;
  #held: Held[] | undefined;
  #count = 0;
  #open: Block["type"] | "search" | undefined;

  /** `name` is what the model calls the search by. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The whole answer of a round that waits for its searches. */
  get waiting(): Message | undefined {
    return this.#message;
  }

  /** The searches that the waiting round asked for, in its order. */
  get searches(): readonly ToolUseBlock[] {
    const { content = [] } = this.#message ?? {};
    return content
      .filter((block) => block.type === "tool_use")
      .filter(({ name }) => name === this.#name);
  }

  /** True where the model is to go on by itself: it asked for nothing that the client has to do, and was not cut off. */
  get goesOn(): boolean {
    const { content = [], stopReason } = this.#message ?? {};
    const isCall = content.some(({ type }) => type === "tool_use");
    const isClients = content.some(
      (block) => block.type === "tool_use" && block.name !== this.#name,
    );
    return isCall && stopReason === "tool_use" && !isClients;
  }

  /** The usage of the rounds that are over. */
  get used(): TokenUsage | undefined {
    return sumUsage(this.#usages, this.#webSearches);
  }

  /** The same, with the prompt of the round to come: it has all of the last one's in it. */
  get expected(): TokenUsage | undefined {
    const last = this.#usages.at(-1);
    if (last?.input === undefined) return undefined;
    const { input, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0 } = last;
    const prompt = { input: input + cacheRead + cacheWrite5m + cacheWrite1h, output: 0 };
    return sumUsage([...this.#usages, prompt], this.#webSearches);
  }

  /** What the first round told so far is not shown; another takes its place. */
  restart(): void {
    this.#isStarted = false;
    this.#round = [];
    this.#held = undefined;
    this.#count = 0;
    this.#open = undefined;
  }

  push(event: StreamEvent): readonly StreamEvent[] {
    if (event.type === "error") return [event];
    this.#round.push(event);
    switch (event.type) {
      case "start": {
        const isFirst = !this.#isStarted;
        this.#isStarted = true;
        return isFirst ? [event] : [];
      }
      case "block":
        return this.#show(this.#opened(event.block));
      case "delta":
        return this.#show(event);
      case "block_end":
        return this.#closed(event);
      case "end":
        return this.#ended(event);
      default:
        return event satisfies never;
    }
  }

  /** What the round said behind its first search, with the results. `stopReason`: the answer ends with it. */
  resolve(runs: readonly RunSearch[], stopReason: StopReason | undefined): readonly StreamEvent[] {
    const told = (this.#held ?? []).flatMap((held): readonly StreamEvent[] => {
      if (typeof held !== "number") return [held];
      const run = runs[held];
      return run === undefined
        ? []
        : [{ type: "block", block: resultBlock(run) }, { type: "block_end" }];
    });
    this.#webSearches += runs.filter(({ found }) => found.ok).length;
    this.#round = [];
    this.#message = undefined;
    this.#held = undefined;
    this.#count = 0;
    return stopReason === undefined
      ? told
      : [...told, { type: "end", stopReason, usage: this.used }];
  }

  #opened(block: Block): StreamEvent {
    const isSearch = block.type === "tool_use" && block.name === this.#name;
    this.#open = isSearch ? "search" : block.type;
    return { type: "block", block: isSearch ? searchBlock(block.id) : block };
  }

  #closed(event: StreamEvent): readonly StreamEvent[] {
    const told = this.#show(event);
    if (this.#open === "search") {
      this.#held ??= [];
      this.#held.push(this.#count);
      this.#count += 1;
    }
    this.#open = undefined;
    return told;
  }

  #ended(event: End): readonly StreamEvent[] {
    this.#usages.push(event.usage);
    const message = this.#held === undefined ? undefined : collectMessage(this.#round);
    if (message?.ok !== true) return [{ ...event, usage: this.used }];
    this.#message = message.value;
    return [];
  }

  #show(event: StreamEvent): readonly StreamEvent[] {
    if (this.#held === undefined) return [event];
    this.#held.push(event);
    return [];
  }
}
