import { at, isRecord } from "../conformance/exchange.ts";
import { ASKS } from "../golden/asks/gemini.ts";
import { listAt, textAt } from "../upstream/model-api.ts";
import { type Ask, LOOK, type Sdk } from "./sdk.ts";

interface GenAi {
  readonly models: {
    generateContent(params: object): Promise<unknown>;
    generateContentStream(params: object): Promise<AsyncIterable<unknown>>;
  };
  readonly chats: {
    create(params: object): {
      sendMessageStream(params: object): Promise<AsyncIterable<unknown>>;
      getHistory(isCurated: boolean): unknown;
    };
  };
}

export const gemini: Sdk = {
  name: "@google/genai",
  asks: ASKS,
  brokenOff: /Overloaded/,
  stops: { end: "STOP", call: "STOP", cut: "MAX_TOKENS", refusal: "SAFETY" },
  open: async (baseUrl, apiKey, model) => {
    const name: string = "@google/genai";
    const { GoogleGenAI }: { readonly GoogleGenAI: new (options: object) => GenAi } = await import(
      name
    );
    const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
    return {
      whole: async (ask) => await client.models.generateContent({ model, ...asParams(ask) }),
      streamed: async (ask) => {
        const { contents, config } = asParams(ask);
        const turns = [...listAt({ contents }, "contents")];
        const last = turns.pop();
        const session = client.chats.create({ model, config, history: turns });
        const chunks: unknown[] = [];
        const stream = await session.sendMessageStream({ message: at(last, "parts") });
        for await (const chunk of stream) chunks.push(chunk);
        // Each piece of the answer is a turn of its own, behind what was asked.
        const history = listAt({ history: session.getHistory(false) }, "history");
        const parts = history.slice(turns.length + 1).flatMap((turn) => listAt(turn, "parts"));
        const ending = Object(chunks.at(-1));
        return {
          ...ending,
          candidates: [{ ...Object(ending.candidates?.[0]), content: { parts } }],
        };
      },
      loop: async ({ contents }, run) => {
        const { schema: parametersJsonSchema, ...look } = LOOK;
        const tool = {
          tool: async () => ({ functionDeclarations: [{ ...look, parametersJsonSchema }] }),
          callTool: async (calls: readonly unknown[]) =>
            calls.map((call) => ({
              functionResponse: {
                id: at(call, "id"),
                name: at(call, "name"),
                response: { output: run(at(call, "args")) },
              },
            })),
        };
        const config = { tools: [tool] };
        let text = "";
        const stream = await client.models.generateContentStream({ model, contents, config });
        for await (const chunk of stream) text += textAt(chunk, "text");
        return text;
      },
    };
  },
  read: (answer) => {
    const [candidate] = listAt(answer, "candidates");
    const parts = listAt(at(candidate, "content"), "parts");
    const said = (isThought: boolean) =>
      parts
        .filter((part) => (at(part, "thought") === true) === isThought)
        .map((part) => textAt(part, "text"))
        .join("");
    const usage = at(answer, "usageMetadata");
    return {
      text: parts.length === 0 ? undefined : said(false),
      thinking: said(true),
      calls: parts
        .map((part) => at(part, "functionCall"))
        .filter(isRecord)
        .map(({ id, name, args }) => ({ id, name, input: args })),
      stop: at(candidate, "finishReason"),
      tokens: {
        input: at(usage, "promptTokenCount"),
        output:
          Number(at(usage, "candidatesTokenCount")) + Number(at(usage, "thoughtsTokenCount") ?? 0),
      },
    };
  },
};

/** The wire's request as the SDK's parameters. */
function asParams({ contents, generationConfig, ...config }: Ask) {
  return { contents, config: { ...config, ...Object(generationConfig) } };
}
