import { frame } from "../upstream/bedrock.ts";
import {
  CLAUDE_BODY_BYTES,
  CLAUDE_HEADERS,
  CLAUDE_TOOLS,
  claudeBody,
  claudeEvents,
  inBursts,
  STREAM_HEADERS,
} from "./claude-traffic.ts";
import { prose, words } from "./prose.ts";
import type { Traffic } from "./traffic-shape.ts";

/** What the client speaks, and what the upstream does. */
export const TRANSLATIONS = [
  "claude-chat",
  "claude-responses",
  "claude-gemini",
  "claude-bedrock",
  "claude-vertex",
  "chat-claude",
] as const;
export type Translation = (typeof TRANSLATIONS)[number];
/** The same request with an answer of a few events tells what an event costs. */
export type TranslatedName = Translation | `${Translation}-short`;

export const LONG_EVENTS = 400;
export const SHORT_EVENTS = 20;
/** A piece of an answer is a handful of words; no answer is shorter than this for each of its pieces. */
const LEAST_PIECE_BYTES = 12;

/** How providers are called in the gateway's configuration. */
const MODELS: Readonly<Record<Exclude<Translation, "chat-claude">, string>> = {
  "claude-chat": "bench-chat/bench-model",
  "claude-responses": "bench-responses/gpt-5.1",
  "claude-gemini": "bench-gemini/gemini-2.5-flash",
  "claude-bedrock": "bench-bedrock/us.anthropic.claude-opus-5-5",
  "claude-vertex": "bench-vertex/claude-opus-5-5",
};

export function translatedTraffic(name: TranslatedName, burst: number): Traffic {
  const isShort = name.endsWith("-short");
  const translation = TRANSLATIONS.find((each) => name.startsWith(each)) ?? "claude-chat";
  const count = isShort ? SHORT_EVENTS : LONG_EVENTS;
  const isFramed = translation === "claude-bedrock";
  const events = eventsOf(translation, count);
  const answerPieces = isFramed ? framesIn(events, burst) : inBursts(events, burst);
  const common = {
    answerHeaders: isFramed ? FRAMED_HEADERS : STREAM_HEADERS,
    answerPieces,
    answerBody: Buffer.concat(answerPieces),
  };
  const leastBytes = (count - 15) * LEAST_PIECE_BYTES;
  if (translation === "chat-claude") {
    return {
      ...common,
      target: "/v1/chat/completions",
      requestHeaders: CHAT_HEADERS,
      requestBody: chatBody(),
      translated: { end: "data: [DONE]\n\n", leastBytes },
    };
  }
  return {
    ...common,
    target: "/v1/messages?beta=true",
    requestHeaders: CLAUDE_HEADERS,
    requestBody: claudeBody(MODELS[translation]),
    translated: { end: '{"type":"message_stop"}\n\n', leastBytes },
  };
}

function eventsOf(translation: Translation, count: number): readonly string[] {
  switch (translation) {
    case "claude-chat":
      return chatEvents(count);
    case "claude-responses":
      return responsesEvents(count);
    case "claude-gemini":
      return geminiEvents(count);
    case "claude-bedrock":
    case "claude-vertex":
    case "chat-claude":
      return claudeEvents(count);
    default:
      return translation satisfies never;
  }
}

const FRAMED_HEADERS = ["Content-Type", "application/vnd.amazon.eventstream"] as const;

/** Claude's events as Bedrock frames them, in the writes in which it sends them. */
function framesIn(events: readonly string[], burst: number): readonly Buffer[] {
  const frames = events.map((event) => {
    const json = event.slice(event.indexOf("data: ") + 6).trimEnd();
    return frame("chunk", { bytes: Buffer.from(json).toString("base64"), p: "abcdefghijkl" });
  });
  return Array.from({ length: Math.ceil(frames.length / burst) }, (_, at) =>
    Buffer.concat(frames.slice(at * burst, (at + 1) * burst)),
  );
}

/** A text of this many pieces, and behind it a call whose input has this many. */
function split(count: number): { readonly texts: number; readonly inputs: number } {
  const texts = Math.ceil(count * 0.6);
  return { texts, inputs: count - texts };
}

function* pieces(seed: number): Generator<string, never> {
  const source = words(seed);
  for (;;) yield Array.from({ length: 5 }, () => source.next().value).join(" ");
}

function chatEvents(count: number): readonly string[] {
  const source = pieces(7);
  const chunk = (delta: unknown, finish: string | null = null): string =>
    data({
      id: "chatcmpl-BenchBenchBenchBenchBench",
      object: "chat.completion.chunk",
      created: 1_764_000_000,
      model: "bench-model",
      system_fingerprint: null,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage: null,
    });
  const call = (more: object, args: string): string =>
    chunk({ tool_calls: [{ index: 0, ...more, function: { name: undefined, arguments: args } }] });
  const { texts, inputs } = split(count - 7);
  return [
    chunk({ role: "assistant", content: "" }),
    ...Array.from({ length: texts }, () => chunk({ content: `${source.next().value} ` })),
    chunk({
      tool_calls: [
        {
          index: 0,
          id: "call_Bench",
          type: "function",
          function: { name: "Tool1", arguments: "" },
        },
      ],
    }),
    call({}, '{"path":"'),
    ...Array.from({ length: inputs }, () => call({}, `${source.next().value} `)),
    call({}, '"}'),
    chunk({}, "tool_calls"),
    data({
      id: "chatcmpl-BenchBenchBenchBenchBench",
      object: "chat.completion.chunk",
      created: 1_764_000_000,
      model: "bench-model",
      choices: [],
      usage: {
        prompt_tokens: 72_512,
        completion_tokens: 2_214,
        total_tokens: 74_726,
        prompt_tokens_details: { cached_tokens: 71_000 },
      },
    }),
    "data: [DONE]\n\n",
  ];
}

function responsesEvents(count: number): readonly string[] {
  const source = pieces(7);
  let number = 0;
  const tell = (type: string, more: object): string => {
    number += 1;
    return `event: ${type}\n${data({ type, sequence_number: number, ...more })}`;
  };
  const response = { id: "resp_Bench", object: "response", model: "gpt-5.1" };
  const message = { type: "message", id: "msg_Bench", role: "assistant" };
  const call = { type: "function_call", id: "fc_Bench", call_id: "call_Bench", name: "Tool1" };
  const { texts, inputs } = split(count - 6);
  const said = Array.from({ length: texts }, () => `${source.next().value} `);
  const args = [
    '{"path":"',
    ...Array.from({ length: inputs - 2 }, () => source.next().value),
    '"}',
  ];
  const content = [{ type: "output_text", text: said.join(""), annotations: [] }];
  const usage = { input_tokens: 72_512, output_tokens: 2_214, total_tokens: 74_726 };
  return [
    tell("response.created", { response: { ...response, status: "in_progress", output: [] } }),
    tell("response.output_item.added", { output_index: 0, item: { ...message, content: [] } }),
    ...said.map((delta) =>
      tell("response.output_text.delta", {
        item_id: "msg_Bench",
        output_index: 0,
        content_index: 0,
        delta,
      }),
    ),
    tell("response.output_item.done", { output_index: 0, item: { ...message, content } }),
    tell("response.output_item.added", { output_index: 1, item: { ...call, arguments: "" } }),
    ...args.map((delta) =>
      tell("response.function_call_arguments.delta", {
        item_id: "fc_Bench",
        output_index: 1,
        delta,
      }),
    ),
    tell("response.output_item.done", {
      output_index: 1,
      item: { ...call, arguments: args.join("") },
    }),
    tell("response.completed", {
      response: { ...response, status: "completed", output: [], usage },
    }),
  ];
}

function geminiEvents(count: number): readonly string[] {
  const source = pieces(7);
  const usageMetadata = { promptTokenCount: 72_512, candidatesTokenCount: 2_214 };
  const tell = (part: object, more: object = {}): string =>
    data({
      candidates: [{ content: { parts: [part], role: "model" }, index: 0, ...more }],
      usageMetadata,
      modelVersion: "gemini-2.5-flash",
      responseId: "BenchBenchBench",
    });
  return [
    ...Array.from({ length: count - 2 }, () => tell({ text: `${source.next().value} ` })),
    tell({ functionCall: { name: "Tool1", args: { path: prose(9, 400) } } }),
    tell({ text: "" }, { finishReason: "STOP" }),
  ];
}

const CHAT_HEADERS = [
  ["Accept", "application/json"],
  ["Content-Type", "application/json"],
  ["User-Agent", "OpenAI/JS 6.49.0"],
  ["X-Stainless-Lang", "js"],
  ["X-Stainless-Retry-Count", "0"],
  ["Authorization", "Bearer sk-ant-oat01-bench-bench-bench"],
] as const;

/** The conversation of `claudeBody`, as a client of Chat Completions would have it. */
function chatBody(): Buffer {
  const messages: unknown[] = [
    { role: "system", content: prose(3, 24_000) },
    { role: "user", content: prose(4, 3_000) },
  ];
  const tools = Array.from({ length: CLAUDE_TOOLS }, (_, index) => ({
    type: "function",
    function: {
      name: `Tool${index}`,
      description: prose(100 + index, 1_800),
      parameters: {
        type: "object",
        properties: {
          path: { type: "string", description: prose(200 + index, 120) },
          limit: { type: "integer", description: prose(300 + index, 80) },
        },
        required: ["path"],
        additionalProperties: false,
      },
    },
  }));
  const request = {
    model: "claude-opus-5-5",
    messages,
    tools,
    max_tokens: 32_000,
    stream: true,
    stream_options: { include_usage: true },
  };
  for (let turn = 0; JSON.stringify(request).length < CLAUDE_BODY_BYTES - 6_000; turn += 1) {
    const id = `toolu_01Bench${String(turn).padStart(12, "0")}`;
    const input = JSON.stringify({ path: `/src/${turn}.ts`, limit: turn });
    messages.push(
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id, type: "function", function: { name: "Tool1", arguments: input } }],
      },
      { role: "tool", tool_call_id: id, content: prose(500 + turn, 4_000) },
    );
  }
  messages.push({ role: "user", content: prose(6, 2_000) });
  return Buffer.from(JSON.stringify(request));
}

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
