import { at } from "../conformance/exchange.ts";
import { ASKS } from "../golden/asks/anthropic.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import { LOOK, NO_RETRIES, type Sdk } from "./sdk.ts";

interface Anthropic {
  readonly messages: {
    create(body: object): Promise<unknown>;
    stream(body: object): { finalMessage(): Promise<unknown> };
  };
  readonly beta: { readonly messages: { toolRunner(body: object): PromiseLike<unknown> } };
}

/** Of `tests/clients/package.json`, which has both majors. */
export function anthropic(alias: string): Sdk {
  return {
    name: `@anthropic-ai/sdk (${alias})`,
    asks: ASKS,
    brokenOff: /Overloaded/,
    stops: { end: "end_turn", call: "tool_use", cut: "max_tokens", refusal: "refusal" },
    open: async (baseURL, apiKey, model) => {
      const { default: Client }: { readonly default: new (options: object) => Anthropic } =
        await import(alias);
      const client = new Client({ baseURL, apiKey, authToken: null, ...NO_RETRIES });
      return {
        whole: async (ask) => await client.messages.create({ model, ...ask }),
        streamed: async (ask) => await client.messages.stream({ model, ...ask }).finalMessage(),
        loop: async ({ messages }, run) => {
          const { schema, ...look } = LOOK;
          const tools = [
            {
              type: "custom",
              ...look,
              input_schema: schema,
              run,
              parse: (input: unknown) => input,
            },
          ];
          const body = { model, max_tokens: 1024, messages, tools };
          return anthropicText(await client.beta.messages.toolRunner(body));
        },
      };
    },
    read: (answer) => {
      const content = listAt(answer, "content");
      const usage = at(answer, "usage");
      return {
        text: anthropicText(answer),
        thinking: content.map((block) => textAt(block, "thinking")).join(""),
        calls: content
          .filter((block) => at(block, "type") === "tool_use")
          .map((block) => ({
            id: at(block, "id"),
            name: at(block, "name"),
            input: at(block, "input"),
          })),
        stop: at(answer, "stop_reason"),
        tokens: {
          input:
            Number(at(usage, "input_tokens")) +
            Number(at(usage, "cache_read_input_tokens") ?? 0) +
            Number(at(usage, "cache_creation_input_tokens") ?? 0),
          output: at(usage, "output_tokens"),
        },
      };
    },
  };
}

function anthropicText(message: unknown): string {
  return listAt(message, "content")
    .map((block) => textAt(block, "text"))
    .join("");
}
