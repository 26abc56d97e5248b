import { isObject } from "../../../base/json.ts";
import {
  type AnswerContext,
  parseExact,
  type StreamEvent,
  type StreamReader,
} from "../../../canonical/index.ts";
import { textOf } from "../shared/fields.ts";
import { AnswerReader } from "./answer-reader.ts";
import { errorOf } from "./read-error.ts";

const MAX_EVENT_BYTES = 32 * 2 ** 20;

/** Reads ConverseStream's messages as server-sent events: an event by its type, an exception by its name behind `exception:`. */
export function openStream(context: AnswerContext): StreamReader {
  const reader = new AnswerReader(context);
  return {
    push({ event = "", data }) {
      if (reader.isOver) return [];
      const value = parseExact(data, { maxBytes: MAX_EVENT_BYTES });
      if (!isObject(value)) return reader.fail(UNREADABLE);
      if (event.startsWith("exception:")) {
        return reader.fail(errorOf(event.slice("exception:".length), textOf(value["message"])));
      }
      switch (event) {
        case "messageStart":
          return reader.start();
        case "contentBlockStart":
          return reader.block(value["start"]);
        case "contentBlockDelta":
          return reader.delta(value["delta"]);
        case "contentBlockStop":
          return reader.close();
        case "messageStop":
          return reader.stop(value["stopReason"]);
        case "metadata":
          reader.usage(value["usage"]);
          return [];
        default:
          return NOTHING;
      }
    },
    end: () => reader.end(),
  };
}

const NOTHING: readonly StreamEvent[] = [];
const UNREADABLE = {
  kind: "server",
  message: "the upstream sent an event that cannot be read",
} as const;
