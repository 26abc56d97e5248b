import { ok } from "../../../base/result.ts";
import type { CloudShape } from "../../cloud.ts";
import { messageOf } from "../../dialects/bedrock-converse/index.ts";
import {
  EVENT_STREAM_TYPE,
  EventStreamAnswer,
  type EventStreamReading,
} from "../../eventstream/event-stream-answer.ts";
import { type EventFrame, exceptionOf } from "../../eventstream/frame.ts";

/** Converse as it is, but for the frames of its streams: each message becomes a server-sent event of its type. */
export const CONVERSE_SHAPE: CloudShape = {
  toCloud: (request) => {
    if (!request.target.endsWith("/converse-stream")) return ok(request);
    const headers = request.headers.map((text, at) =>
      request.headers[at - 1]?.toLowerCase() === "accept" && at % 2 === 1
        ? EVENT_STREAM_TYPE
        : text,
    );
    return ok({ ...request, headers });
  },
  fromCloud: (inner, abort) => new EventStreamAnswer(inner, READING, abort),
};

const READING: EventStreamReading = { toEvents, toWhole: () => undefined };

function toEvents(frame: EventFrame): string | undefined {
  const exception = exceptionOf(frame);
  if (exception !== undefined) {
    const message = exception.message ?? messageOf(frame.payload);
    return `event: exception:${exception.name}\ndata: ${JSON.stringify({ message })}\n\n`;
  }
  const type = frame.headers.get(":event-type");
  if (type === undefined || !/^[A-Za-z]{1,64}$/.test(type)) return undefined;
  return `event: ${type}\ndata: ${frame.payload.toString("utf8").replaceAll(/\r?\n/g, "\ndata: ")}\n\n`;
}
