import { type Delivery, json, type Responder } from "./answer.ts";
import { encodeEvent, type Message, messageEvents, messageJson } from "./messages.ts";
import type { RecordedRequest } from "./recorded-request.ts";

const PREDICT = /\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;

/** What Claude answers to rawPredict and streamRawPredict, and to a count. */
export function prediction(content: Message, delivery: Delivery = {}): Responder {
  return (request, serial) => {
    const [, name = "", method] = PREDICT.exec(request.target) ?? [];
    const fields = ["request-id", `req_vrtx_${serial}`];
    if (name === "count-tokens")
      return json(200, { input_tokens: 41 }, fields, delivery)(request, serial);
    // It calls its models by Anthropic's own names.
    const model = decodeURIComponent(name).replace("@", "-");
    const id = `msg_vrtx_${serial}`;
    if (method === "rawPredict") {
      return json(200, messageJson(content, model, id), fields, delivery)(request, serial);
    }
    return {
      status: 200,
      headers: ["Content-Type", "text/event-stream; charset=utf-8", ...fields],
      pieces: messageEvents(content, model, id).map(encodeEvent),
      stream: true,
      delivery,
    };
  };
}

export function isPrediction({ target }: RecordedRequest): boolean {
  return PREDICT.test(target);
}
