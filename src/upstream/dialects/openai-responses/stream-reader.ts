import { isObject, parseJson } from "../../../base/json.ts";
import type {
  AnswerContext,
  JsonObject,
  StreamEvent,
  StreamReader,
  UpstreamError,
} from "../../../canonical/index.ts";
import { AnswerIds } from "../shared/answer-ids.ts";
import { countOf, objectOf, objectsOf, textOf } from "../shared/fields.ts";
import { stopReasonOf } from "../shared/stop-reason.ts";
import { classify } from "./classify.ts";
import { ItemQueue } from "./item-queue.ts";
import { readOutcome } from "./outcome.ts";
import { unwrap } from "./read-error.ts";
import { readUsage } from "./usage.ts";

/** The last event repeats the whole answer. */
const MAX_EVENT_BYTES = 64 * 2 ** 20;

/** Reads a stream of this dialect. Over is over: what follows an end or an error is not read. */
export class ResponsesStreamReader implements StreamReader {
  readonly #items: ItemQueue;
  #hasStarted = false;
  #isOver = false;

  constructor({ toolNames, callIds }: AnswerContext) {
    this.#items = new ItemQueue({ toolNames, ids: new AnswerIds(callIds) });
  }

  push({ event, data }: { readonly event: string | undefined; readonly data: string }) {
    if (this.#isOver || data.trim() === "" || data.trim() === "[DONE]") return [];
    const parsed = parseJson(data, { maxBytes: MAX_EVENT_BYTES });
    if (!parsed.ok || !isObject(parsed.value)) {
      return this.#fail({ kind: "server", message: "an event of the upstream is not readable" });
    }
    const type = textOf(parsed.value["type"]) || (event ?? "");
    return this.#untilError(this.#read(type, parsed.value));
  }

  end(): readonly StreamEvent[] {
    if (this.#isOver) return [];
    return this.#fail({ kind: "server", message: "the upstream's answer broke off" });
  }

  #read(type: string, event: JsonObject): readonly StreamEvent[] {
    switch (type) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        return this.#start(objectOf(event["response"]));
      case "response.output_item.added":
      case "response.output_item.done": {
        const item = objectOf(event["item"]);
        const index = countOf(event["output_index"]);
        const isOver = type === "response.output_item.done";
        const events = isOver ? this.#items.finish(index, item) : this.#items.add(index, item);
        return [...this.#start({}), ...events];
      }
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
      case "response.cancelled":
        return this.#finish(type, objectOf(event["response"]));
      case "error":
        return this.#fail(streamError(event));
      default:
        return this.#items.push(countOf(event["output_index"]), type, event);
    }
  }

  #start(response: JsonObject): readonly StreamEvent[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    return [{ type: "start", id: textOf(response["id"]), model: textOf(response["model"]) }];
  }

  #finish(type: string, response: JsonObject): readonly StreamEvent[] {
    const outcome = readOutcome({ ...response, status: endStatus(type, response) });
    if (outcome.kind === "failed") return this.#fail(outcome.error);
    const events = [
      ...this.#start(response),
      ...this.#items.finishAll(objectsOf(response["output"])),
    ];
    const stopReason = stopReasonOf(outcome.told, this.#items.produced);
    const usage = readUsage(response);
    return [
      ...events,
      { type: "end", stopReason, ...(usage === undefined ? {} : { usage }) } satisfies StreamEvent,
    ];
  }

  #fail(error: UpstreamError): readonly StreamEvent[] {
    this.#isOver = true;
    return [{ type: "error", error }];
  }

  #untilError(events: readonly StreamEvent[]): readonly StreamEvent[] {
    const last = events.findIndex(({ type }) => type === "error" || type === "end");
    if (last < 0) return events;
    this.#isOver = true;
    return events.slice(0, last + 1);
  }
}

/** The event says how it ended, and its response may say so more exactly; a state from before the end may stand there too. */
function endStatus(type: string, response: JsonObject): string {
  const told = type.replace("response.", "");
  const status = textOf(response["status"]);
  return told === "completed" && ["incomplete", "failed"].includes(status) ? status : told;
}

/** Some put the error into a member, some are one themselves. */
function streamError(event: JsonObject): UpstreamError {
  const told = unwrap(event);
  return classify({ ...told, fallback: "the upstream's answer ended with an error" });
}
