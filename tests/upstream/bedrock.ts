import { encodeFrame } from "../../src/upstream/eventstream/frame.ts";
import { type Delivery, json, type Responder } from "./answer.ts";
import { type JsonObject, type Message, messageEvents, messageJson } from "./messages.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { type KnownKey, type KnownScope, whyUnsigned } from "./sigv4.ts";

const INVOKE = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/;
const EVENT_STREAM = "application/vnd.amazon.eventstream";

/** An exception as it comes in the middle of a stream. */
export interface StreamException {
  readonly name: string;
  readonly message: string;
  /** After so many events. */
  readonly afterEvents: number;
}

/** What Claude answers to InvokeModel and InvokeModelWithResponseStream, as Bedrock frames it. */
export function invocation(
  content: Message,
  delivery: Delivery = {},
  exception?: StreamException,
): Responder {
  return (request, serial) => {
    const [, id = "", operation] = INVOKE.exec(request.target) ?? [];
    const model = decodeURIComponent(id).replace(
      /^.*anthropic\.(.*?)(?:-v[0-9]+(?::[0-9]+)?)?$/,
      "$1",
    );
    const messageId = `msg_bdrk_${serial}`;
    if (operation === "invoke") {
      return json(
        200,
        messageJson(content, model, messageId),
        REQUEST_ID,
        delivery,
      )(request, serial);
    }
    const events = messageEvents(content, model, messageId).map(({ data }) => withMetrics(data));
    const told = events.slice(0, exception?.afterEvents ?? events.length);
    return {
      status: 200,
      headers: [
        "Content-Type",
        EVENT_STREAM,
        ...REQUEST_ID,
        "X-Amzn-Bedrock-Content-Type",
        "application/json",
      ],
      pieces: [...told.map(chunkFrame), ...(exception === undefined ? [] : [thrown(exception)])],
      stream: true,
      delivery,
    };
  };
}

/** An exception as an answer of its own. */
export function exceptionAnswer(status: number, name: string, message: string): Responder {
  return json(status, { message }, [
    "x-amzn-ErrorType",
    `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    ...REQUEST_ID,
  ]);
}

/** Refuses what is not signed with the key, as AWS does. */
export function onlySigned(responder: Responder, key: KnownKey, scope: KnownScope): Responder {
  return async (request, serial) => {
    const refusal = whyUnsigned(request, key, scope);
    if (refusal === undefined) return await responder(request, serial);
    const words = `The request of ${key.id} in account 123456789012 is refused.`;
    return await exceptionAnswer(403, refusal, words)(request, serial);
  };
}

export function isInvocation(request: RecordedRequest): boolean {
  return INVOKE.test(request.target);
}

const REQUEST_ID = ["x-amzn-RequestId", "7c0a4b1e-2d3f-4a5b-8c9d-0e1f2a3b4c5d"] as const;

function withMetrics(data: JsonObject): JsonObject {
  if (data["type"] !== "message_stop") return data;
  const metrics = { inputTokenCount: 3, outputTokenCount: 9, firstByteLatency: 17 };
  return { ...data, "amazon-bedrock-invocationMetrics": metrics };
}

function chunkFrame(event: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString("base64");
  return frame("chunk", { bytes, p: "abcdefghijkl" });
}

export function frame(type: string, payload: JsonObject): Buffer {
  return encodeFrame({
    headers: new Map([
      [":event-type", type],
      [":content-type", "application/json"],
      [":message-type", "event"],
    ]),
    payload: Buffer.from(JSON.stringify(payload)),
  });
}

export function thrown({ name, message }: Pick<StreamException, "name" | "message">): Buffer {
  return encodeFrame({
    headers: new Map([
      [":exception-type", name],
      [":content-type", "application/json"],
      [":message-type", "exception"],
    ]),
    payload: Buffer.from(JSON.stringify({ message })),
  });
}
