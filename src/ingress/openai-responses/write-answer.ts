import { type Message, messageEvents, type StreamEvent } from "../../canonical/index.ts";
import type { AnswerFacts } from "../../exchange/dialect.ts";
import { ResponseEvents } from "./response-events.ts";
import { toSse } from "./sse.ts";

/** A comment, which may come at any time, also before the stream's own start, and takes no number. */
export const PING = ": ping\n\n";

/** Writes a stream: created, in progress, one item behind the other, and the whole of it at the end. */
export class StreamWriter {
  readonly #events: ResponseEvents;
  #number = 0;

  constructor(facts: AnswerFacts) {
    this.#events = new ResponseEvents(facts);
  }

  /** Whole SSE events only; empty where the dialect says nothing. */
  push(event: StreamEvent): string {
    return this.#events
      .push(event)
      .map((said) => {
        const numbered = { ...said, sequence_number: this.#number };
        this.#number += 1;
        return toSse(numbered);
      })
      .join("");
  }
}

/** A whole answer: what a stream's last event has in it. */
export function writeMessage(message: Message, facts: AnswerFacts): string {
  const events = new ResponseEvents(facts);
  const said = messageEvents(message).flatMap((event) => events.push(event));
  return JSON.stringify(said.at(-1)?.["response"]);
}
