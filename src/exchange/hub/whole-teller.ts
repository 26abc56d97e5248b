import type { HeaderList } from "../../base/header-list.ts";
import { ok } from "../../base/result.ts";
import {
  collectMessage,
  type Message,
  messageEvents,
  type StreamEvent,
  sealMessage,
} from "../../canonical/index.ts";
import type { Reading } from "./answer-reader.ts";
import type { Teller, Told } from "./teller.ts";
import type { AnswerTranslation } from "./translation.ts";

/** Tells an answer when all of it is there, whether it came whole, in events or in rounds. */
export class WholeTeller implements Teller {
  readonly #translation: AnswerTranslation;
  readonly #events: StreamEvent[] = [];

  constructor(translation: AnswerTranslation) {
    this.#translation = translation;
  }

  get holdsBack(): boolean {
    return this.#events.some(({ type }) => type === "block");
  }

  fields(text: string): HeaderList {
    const length = String(Buffer.byteLength(text));
    return ["content-type", "application/json", "content-length", length];
  }

  tell({ events, message }: Reading): Told {
    for (const event of events) this.#events.push(event);
    const type = events.at(-1)?.type;
    if (type !== "end" && type !== "error") return { text: "", isEnded: false };
    const whole = message === undefined ? collectMessage(this.#events) : ok(message);
    return whole.ok
      ? { text: this.#write(whole.value), isEnded: true }
      : { text: "", failure: { error: whole.error, text: "" }, isEnded: false };
  }

  #write(read: Message): string {
    const { client, facts, sealing, observer } = this.#translation;
    const message = sealing === undefined ? read : sealMessage(read, sealing);
    for (const event of messageEvents(message)) observer.push(event);
    return client.writeMessage(message, facts);
  }
}
