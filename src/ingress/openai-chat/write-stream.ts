import type { JsonObject, StreamEvent } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import type { AnswerDelta, CallForm } from "./answer-delta.ts";
import { AnswerDeltas } from "./answer-deltas.ts";
import { answerFrame, callForm } from "./answer-frame.ts";
import { finishReason } from "./finish-reason.ts";
import { errorEnvelope } from "./write-error.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

type End = Extract<StreamEvent, { readonly type: "end" }>;

/** Keeps a client that waits for a slow upstream. The API has no event for it; readers of streams pass over comments. */
export const PING = ": ping\n\n";

const DONE = "data: [DONE]\n\n";

/** Writes a stream as the API does: the role first, then pieces, an empty one with the reason to end, and usage if asked for. */
export class StreamWriter {
  readonly #facts: AnswerFacts;
  readonly #form: CallForm;
  readonly #deltas: AnswerDeltas;
  readonly #isUsageAsked: boolean;
  #id = "";
  #characters = 0;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
    this.#form = callForm(facts);
    this.#deltas = new AnswerDeltas(this.#form);
    this.#isUsageAsked = facts.request.wantsStreamUsage === true;
  }

  /** The text of one event, whole SSE events only; empty where the API says nothing. */
  push(event: StreamEvent): string {
    switch (event.type) {
      case "start":
        this.#id = event.id;
        return this.#piece({ role: "assistant", content: "" });
      case "block":
      case "delta":
      case "block_end":
        return this.#tell(this.#deltas.push(event));
      case "end":
        return this.#end(event);
      case "error":
        // Nothing is finished: an answer that broke off must not look whole.
        return toSse(errorEnvelope(event.error, this.#facts));
      default:
        return event satisfies never;
    }
  }

  #tell(deltas: readonly AnswerDelta[]): string {
    for (const delta of deltas) this.#characters += charactersIn(delta);
    return deltas.map((delta) => this.#piece({ ...delta })).join("");
  }

  #end({ stopReason, stopSequence, usage }: End): string {
    const rest = this.#tell(this.#deltas.end());
    const reason = finishReason(stopReason, { calls: this.#deltas.calls, form: this.#form });
    const stop = stopSequence === undefined ? {} : { stop_reason: stopSequence };
    const finish = this.#piece({}, { finish_reason: reason, ...stop });
    if (!this.#isUsageAsked) return rest + finish + DONE;
    const counted = writeUsage(usage, {
      input: this.#facts.estimatedInputTokens,
      output: tokensOf(this.#characters),
    });
    return rest + finish + this.#chunk([], counted) + DONE;
  }

  #piece(delta: JsonObject, finish: JsonObject = { finish_reason: null }): string {
    return this.#chunk([{ index: 0, delta, logprobs: null, ...finish }], null);
  }

  /** Every chunk of a stream that was asked for usage has the member. */
  #chunk(choices: readonly JsonObject[], usage: JsonObject | null): string {
    return toSse({
      ...answerFrame(this.#id, "chat.completion.chunk", this.#facts),
      choices,
      ...(this.#isUsageAsked ? { usage } : {}),
    });
  }
}

function charactersIn(delta: AnswerDelta): number {
  const args = [delta.function_call, ...(delta.tool_calls ?? []).map((call) => call.function)];
  const texts = [delta.content, delta.reasoning_content, ...args.map((call) => call?.arguments)];
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

export function toSse(data: JsonObject): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
