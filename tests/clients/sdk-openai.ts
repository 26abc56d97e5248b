import { at } from "../conformance/exchange.ts";
import { ASKS as CHAT } from "../golden/asks/openai-chat.ts";
import { ASKS as RESPONSES } from "../golden/asks/openai-responses.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import { type Ask, LOOK, NO_RETRIES, type Sdk } from "./sdk.ts";

interface OpenAi {
  readonly chat: {
    readonly completions: {
      create(body: object): Promise<unknown>;
      stream(body: object): { finalChatCompletion(): Promise<unknown> };
      runTools(body: object): { finalContent(): Promise<string | null> };
    };
  };
  readonly responses: {
    create(body: object): Promise<unknown>;
    stream(body: object): { finalResponse(): Promise<unknown> };
  };
}

async function openOpenAi(url: string, apiKey: string): Promise<OpenAi> {
  const name: string = "openai";
  const { default: OpenAI }: { readonly default: new (options: object) => OpenAi } = await import(
    name
  );
  return new OpenAI({ baseURL: `${url}/v1`, apiKey, ...NO_RETRIES });
}

export const chat: Sdk = {
  name: "openai, chat.completions",
  asks: CHAT,
  brokenOff: /Overloaded/,
  stops: { end: "stop", call: "tool_calls", cut: "length", refusal: "content_filter" },
  open: async (url, key, model) => {
    const { completions } = (await openOpenAi(url, key)).chat;
    return {
      whole: async (ask) => await completions.create({ model, ...ask }),
      streamed: async (ask) =>
        await completions
          .stream({ model, ...ask, stream_options: { include_usage: true } })
          .finalChatCompletion(),
      loop: async ({ messages }, run) => {
        const { schema: parameters, ...look } = LOOK;
        const tool = { ...look, parameters, parse: JSON.parse, function: run };
        const tools = [{ type: "function", function: tool }];
        return (
          (await completions.runTools({ model, messages, tools, stream: true }).finalContent()) ??
          ""
        );
      },
    };
  },
  read: (answer) => {
    const [choice] = listAt(answer, "choices");
    const message = at(choice, "message");
    return {
      text: textAt(message, "content") || textAt(message, "refusal"),
      thinking: undefined,
      calls: listAt(message, "tool_calls").map((call) => ({
        id: at(call, "id"),
        name: at(call, "function", "name"),
        input: JSON.parse(textAt(at(call, "function"), "arguments")),
      })),
      stop: textAt(message, "refusal") === "" ? at(choice, "finish_reason") : "content_filter",
      tokens: {
        input: at(answer, "usage", "prompt_tokens"),
        output: at(answer, "usage", "completion_tokens"),
      },
    };
  },
};

export const responses: Sdk = {
  name: "openai, responses",
  asks: RESPONSES,
  // It does not look into a response that failed: a program has to, where the connection then ends well.
  brokenOff: /terminated|^failed$/,
  stops: {
    end: "completed",
    call: "completed",
    cut: "max_output_tokens",
    refusal: "content_filter",
  },
  open: async (url, key, model) => {
    const api = (await openOpenAi(url, key)).responses;
    const streamed = async (ask: Ask) => await api.stream({ model, ...ask }).finalResponse();
    return {
      whole: async (ask) => await api.create({ model, ...ask }),
      streamed,
      loop: async (ask, run) => {
        const input = [...listAt(ask, "input")];
        const { schema: parameters, ...look } = LOOK;
        const tools = [{ type: "function", ...look, parameters, strict: false }];
        for (;;) {
          const answer = await streamed({ input, tools, store: false });
          const calls = listAt(answer, "output").filter(
            (item) => at(item, "type") === "function_call",
          );
          if (calls.length === 0) return textAt(answer, "output_text");
          input.push(...listAt(answer, "output"));
          for (const call of calls) {
            const output = run(JSON.parse(textAt(call, "arguments")));
            input.push({ type: "function_call_output", call_id: at(call, "call_id"), output });
          }
        }
      },
    };
  },
  read: (answer) => {
    const items = listAt(answer, "output");
    const ofType = (type: string) => items.filter((item) => at(item, "type") === type);
    const parts = ofType("message").flatMap((item) => listAt(item, "content"));
    const refusal = parts.map((part) => textAt(part, "refusal")).join("");
    return {
      text: textAt(answer, "output_text") || refusal,
      thinking: ofType("reasoning")
        .flatMap((item) => listAt(item, "summary"))
        .map((part) => textAt(part, "text"))
        .join(""),
      calls: ofType("function_call").map((call) => ({
        id: at(call, "call_id"),
        name: at(call, "name"),
        input: JSON.parse(textAt(call, "arguments")),
      })),
      stop:
        refusal === ""
          ? (at(answer, "incomplete_details", "reason") ?? at(answer, "status"))
          : "content_filter",
      tokens: {
        input: at(answer, "usage", "input_tokens"),
        output: at(answer, "usage", "output_tokens"),
      },
    };
  },
};
