import type { HeaderList } from "../../base/header-list.ts";
import { StreamSealer } from "../../canonical/index.ts";
import type { Reading } from "./answer-reader.ts";
import type { StreamFailure, Teller, Told } from "./teller.ts";
import type { AnswerTranslation } from "./translation.ts";

const EVENT_STREAM = "text/event-stream; charset=utf-8";

/** Tells an answer as it comes. */
export class StreamTeller implements Teller {
  readonly holdsBack = false;
  readonly #translation: AnswerTranslation;
  readonly #sealer: StreamSealer | undefined;
  readonly #writer: ReturnType<AnswerTranslation["client"]["openWriter"]>;
  #failure: StreamFailure | undefined;
  #isEnded = false;

  constructor(translation: AnswerTranslation) {
    const { client, facts, sealing } = translation;
    this.#translation = translation;
    this.#sealer = sealing === undefined ? undefined : new StreamSealer(sealing);
    this.#writer = client.openWriter(facts);
  }

  fields(): HeaderList {
    const { streamType = EVENT_STREAM } = this.#translation.client;
    return ["content-type", streamType, "cache-control", "no-cache"];
  }

  tell({ events }: Reading): Told {
    let text = "";
    for (const event of events) {
      if (this.#failure !== undefined || this.#isEnded) break;
      this.#translation.observer.push(event);
      if (event.type === "error") {
        this.#failure = { error: event.error, text: this.#writer.push(event) };
      } else {
        for (const sealed of this.#sealer?.push(event) ?? [event])
          text += this.#writer.push(sealed);
        this.#isEnded = event.type === "end";
      }
    }
    return { text, failure: this.#failure, isEnded: this.#isEnded };
  }
}
