import type { JsonObject, StreamEvent } from "../../canonical/index.ts";
import type { ErrorContext } from "../upstream-error.ts";
import { finishMembers } from "./finish-reason.ts";
import type { Framing } from "./framing.ts";
import { PartWriter } from "./part-writer.ts";
import { groundingMembers } from "./server-parts.ts";
import { errorEnvelope } from "./write-error.ts";
import type { AnswerOptions } from "./write-message.ts";
import { type ResponseFrame, writeResponse } from "./write-response.ts";
import { tokensOf, writeUsage } from "./write-usage.ts";

type End = Extract<StreamEvent, { readonly type: "end" }>;

/**
 * Writes a stream as the API does: a response for each piece of text and for each whole call, the reason and the usage
 * with the last one.
 */
export class StreamWriter {
  readonly #options: AnswerOptions & ErrorContext;
  readonly #framing: Framing;
  readonly #parts = new PartWriter(false);
  #frame: ResponseFrame;
  #isBegun = false;
  #characters = 0;

  constructor(options: AnswerOptions & ErrorContext, framing: Framing) {
    this.#options = options;
    this.#framing = framing;
    this.#frame = { id: "", model: options.model };
  }

  /** The text of one event, whole responses only; empty where the API says nothing. */
  push(event: StreamEvent): string {
    switch (event.type) {
      case "start":
        this.#frame = { ...this.#frame, id: event.id };
        return "";
      case "block":
      case "delta":
      case "block_end": {
        const parts = this.#parts.push(event);
        return parts.map((part) => this.#response([part])).join("");
      }
      case "end":
        return this.#end(event);
      case "error":
        return this.#write(errorEnvelope(event.error, this.#options), true);
      default:
        return event satisfies never;
    }
  }

  #response(parts: readonly JsonObject[]): string {
    this.#characters += JSON.stringify(parts).length;
    return this.#write(writeResponse(this.#frame, parts), false);
  }

  /** The last response has a part, if only an empty one: clients take one without for a broken answer. */
  #end({ stopReason, usage }: End): string {
    const rest = this.#parts.finish();
    const { brokenCall, grounding } = this.#parts;
    const counted = writeUsage(usage, {
      input: this.#options.estimatedInputTokens,
      output: tokensOf(this.#characters),
    });
    const last = writeResponse(
      this.#frame,
      rest.length === 0 ? [{ text: "" }] : rest,
      { ...finishMembers(stopReason, brokenCall), ...groundingMembers(grounding) },
      { usageMetadata: counted },
    );
    return this.#write(last, true);
  }

  #write(response: JsonObject, isLast: boolean): string {
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    return this.#framing.write(response, isFirst, isLast);
  }
}
