import { at } from "../conformance/exchange.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import { accumulateMessages } from "./accumulate/anthropic.ts";
import { accumulateGemini } from "./accumulate/gemini.ts";
import { accumulateChat } from "./accumulate/openai-chat.ts";
import { accumulateResponses } from "./accumulate/openai-responses.ts";
import { ASKS as MESSAGES } from "./asks/anthropic.ts";
import { ASKS as GEMINI } from "./asks/gemini.ts";
import { ASKS as CHAT } from "./asks/openai-chat.ts";
import { ASKS as RESPONSES } from "./asks/openai-responses.ts";
import type { Asks } from "./cases.ts";
import type { Frame } from "./frames.ts";

export interface Client {
  readonly dialect: string;
  readonly asks: Asks;
  readonly path: (model: string, isStream: boolean) => string;
  readonly fields: (key: string) => Readonly<Record<string, string>>;
  /** A request's body for a model. */
  readonly body: (ask: object, model: string, isStream: boolean) => object;
  /** What a stream comes to, in the form of a whole answer. Throws for one that breaks the dialect's rules. */
  readonly accumulate: (frames: readonly Frame[]) => unknown;
  /** A whole answer in the form to which streams come, where there are several. */
  readonly arranged?: (whole: unknown) => unknown;
  /** The next request, with what the tool returned that the answer calls. */
  readonly goOn: (ask: object, answer: unknown, output: string) => object;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const inBody = (ask: object, model: string, stream: boolean) => ({
  model,
  ...ask,
  ...(stream ? { stream } : {}),
});

export const CLIENTS: readonly Client[] = [
  {
    dialect: "anthropic",
    asks: MESSAGES,
    path: () => "/v1/messages",
    fields: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
    body: inBody,
    accumulate: accumulateMessages,
    goOn: (ask, answer, output) => {
      const content = listAt(answer, "content");
      const call = content.find((block) => at(block, "type") === "tool_use");
      const result = { type: "tool_result", tool_use_id: textAt(call, "id"), content: output };
      const said = { role: "assistant", content };
      return {
        ...ask,
        messages: [...listAt(ask, "messages"), said, { role: "user", content: [result] }],
      };
    },
  },
  {
    dialect: "openai-chat",
    asks: CHAT,
    path: () => "/v1/chat/completions",
    fields: bearer,
    body: (ask, model, isStream) => ({
      ...inBody(ask, model, isStream),
      ...(isStream ? { stream_options: { include_usage: true } } : {}),
    }),
    accumulate: accumulateChat,
    goOn: (ask, answer, output) => {
      const message = at(listAt(answer, "choices")[0], "message");
      const [call] = listAt(message, "tool_calls");
      const result = { role: "tool", tool_call_id: textAt(call, "id"), content: output };
      return { ...ask, messages: [...listAt(ask, "messages"), message, result] };
    },
  },
  {
    dialect: "openai-responses",
    asks: RESPONSES,
    path: () => "/v1/responses",
    fields: bearer,
    body: inBody,
    accumulate: accumulateResponses,
    goOn: (ask, answer, output) => {
      const items = listAt(answer, "output");
      const call = items.find((item) => at(item, "type") === "function_call");
      const result = { type: "function_call_output", call_id: textAt(call, "call_id"), output };
      return { ...ask, input: [...listAt(ask, "input"), ...items, result] };
    },
  },
  {
    dialect: "gemini",
    asks: GEMINI,
    path: (model, isStream) =>
      `/v1beta/models/${encodeURIComponent(model)}:${isStream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    fields: (key) => ({ "x-goog-api-key": key }),
    body: (ask) => ask,
    accumulate: accumulateGemini,
    arranged: (whole) => accumulateGemini([{ event: undefined, data: whole }]),
    goOn: (ask, answer, output) => {
      const content = at(listAt(answer, "candidates")[0], "content");
      const call = listAt(content, "parts")
        .map((part) => at(part, "functionCall"))
        .find((each) => each !== undefined);
      const functionResponse = {
        id: at(call, "id"),
        name: at(call, "name"),
        response: { output },
      };
      const result = { role: "user", parts: [{ functionResponse }] };
      return { ...ask, contents: [...listAt(ask, "contents"), content, result] };
    },
  },
];
