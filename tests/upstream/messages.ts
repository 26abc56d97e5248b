/** What a Messages answer says, before it is put on the wire. Ids and figures are made up. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One content block of an answer; `other` sends its start block as it is, followed by its deltas. */
export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | {
      readonly type: "tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    }
  | { readonly type: "other"; readonly start: JsonObject; readonly deltas?: readonly JsonObject[] };

export interface Message {
  readonly content: readonly Block[];
  /** Defaults to the model that the request asked for. */
  readonly model?: string;
  readonly id?: string;
  /** Defaults to `tool_use` when a tool is called, else `end_turn`. */
  readonly stopReason?: string;
  /** Merged over the usual usage, in `message_start` and in the JSON answer. */
  readonly usage?: JsonObject;
  /** Merged over the cumulative usage of the last `message_delta`, e.g. `iterations`. */
  readonly finalUsage?: JsonObject;
  /** Put into `delta` of the last `message_delta` (stream) or on the message (JSON), e.g. `safeguard_results`. */
  readonly extra?: JsonObject;
  /** A `ping` after this many content deltas each; 0 for none. Default: one, after the first block began. */
  readonly pingEvery?: number;
  /** Characters in one text or partial JSON delta. */
  readonly pieceLength?: number;
}

export interface SseEvent {
  readonly event: string;
  readonly data: JsonObject;
}

const INPUT_USAGE = {
  input_tokens: 12,
  cache_creation_input_tokens: 1500,
  cache_read_input_tokens: 14000,
} as const;
const OUTPUT_TOKENS = 42;

/** Usage as a real answer to a cached prompt carries it; the figures that tests expect by default. */
export const DEFAULT_USAGE: JsonObject = {
  ...INPUT_USAGE,
  cache_creation: { ephemeral_5m_input_tokens: 1500, ephemeral_1h_input_tokens: 0 },
  output_tokens: OUTPUT_TOKENS,
  service_tier: "standard",
  inference_geo: "global",
};

export function text(value: string): Block {
  return { type: "text", text: value };
}

export function thinking(value: string, signature = "c2lnbmF0dXJlLW9mLXRoZS1tb2Nr"): Block {
  return { type: "thinking", thinking: value, signature };
}

export function toolUse(name: string, input: JsonObject, id: string): Block {
  return { type: "tool_use", id, name, input };
}

/** The three blocks with which the API answers a request for a web search. */
export function webSearchBlocks(query: string, title: string, url: string): readonly Block[] {
  return [
    {
      type: "other",
      start: {
        type: "server_tool_use",
        id: "srvtoolu_01search",
        name: "web_search",
        input: { query },
      },
    },
    {
      type: "other",
      start: {
        type: "web_search_tool_result",
        tool_use_id: "srvtoolu_01search",
        content: [
          { type: "web_search_result", title, url, encrypted_content: "ZW5j", page_age: null },
        ],
      },
    },
    text(`Found ${title}`),
  ];
}

/** Verdicts of the server's check on dangerous tool use, by tool use id. */
export function safeguardResults(
  verdicts: Readonly<Record<string, "not_flagged" | "flagged">>,
  explanation = "",
): JsonObject {
  const toolUses = Object.fromEntries(
    Object.entries(verdicts).map(([id, outcome]) => [
      id,
      explanation === "" || outcome === "not_flagged"
        ? { type: "evaluated", outcome }
        : { type: "evaluated", outcome, explanation },
    ]),
  );
  return {
    safeguard_results: [
      { type: "dangerous_tool_use", status: { type: "available", tool_uses: toolUses } },
    ],
  };
}

function stopReason(message: Message): string {
  if (message.stopReason !== undefined) return message.stopReason;
  return message.content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
}

/** The non-streaming body. */
export function messageJson(message: Message, requestedModel: string, id: string): JsonObject {
  return {
    model: message.model ?? requestedModel,
    id: message.id ?? id,
    type: "message",
    role: "assistant",
    content: message.content.map(finishedBlock),
    stop_reason: stopReason(message),
    stop_sequence: null,
    stop_details: null,
    usage: { ...DEFAULT_USAGE, ...message.usage, ...message.finalUsage },
    ...message.extra,
  };
}

function finishedBlock(block: Block): JsonObject {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "thinking":
      return { type: "thinking", thinking: block.thinking, signature: block.signature };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: block.input };
    case "other":
      return block.start;
  }
}

/** The events of a stream, in the order in which the API sends them. */
export function messageEvents(message: Message, requestedModel: string, id: string): SseEvent[] {
  const pieceLength = message.pieceLength ?? 12;
  const events: SseEvent[] = [
    event("message_start", {
      message: {
        model: message.model ?? requestedModel,
        id: message.id ?? id,
        type: "message",
        role: "assistant",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: { ...DEFAULT_USAGE, output_tokens: 1, ...message.usage },
      },
    }),
  ];
  let deltas = 0;
  for (const [index, block] of message.content.entries()) {
    events.push(event("content_block_start", { index, content_block: startBlock(block) }));
    if (index === 0 && message.pingEvery === undefined) events.push(event("ping", {}));
    for (const delta of blockDeltas(block, pieceLength)) {
      events.push(event("content_block_delta", { index, delta }));
      deltas += 1;
      if (message.pingEvery && deltas % message.pingEvery === 0) events.push(event("ping", {}));
    }
    events.push(event("content_block_stop", { index }));
  }
  const usage = message.usage ?? {};
  const overridden = Object.fromEntries(
    Object.keys(INPUT_USAGE).flatMap((key) => {
      const value = usage[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
  events.push(
    event("message_delta", {
      delta: { stop_reason: stopReason(message), stop_sequence: null, ...message.extra },
      usage: {
        ...INPUT_USAGE,
        output_tokens: OUTPUT_TOKENS,
        ...overridden,
        ...message.finalUsage,
      },
    }),
    event("message_stop", {}),
  );
  return events;
}

export function event(type: string, fields: JsonObject): SseEvent {
  return { event: type, data: { type, ...fields } };
}

export function encodeEvent(value: SseEvent): Buffer {
  return Buffer.from(`event: ${value.event}\ndata: ${JSON.stringify(value.data)}\n\n`);
}

function startBlock(block: Block): JsonObject {
  switch (block.type) {
    case "text":
      return { type: "text", text: "" };
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "tool_use":
      return { type: "tool_use", id: block.id, name: block.name, input: {} };
    case "other":
      return block.start;
  }
}

function blockDeltas(block: Block, pieceLength: number): readonly JsonObject[] {
  switch (block.type) {
    case "text":
      return pieces(block.text, pieceLength).map((piece) => ({ type: "text_delta", text: piece }));
    case "thinking":
      return [
        ...pieces(block.thinking, pieceLength).map((piece) => ({
          type: "thinking_delta",
          thinking: piece,
        })),
        { type: "signature_delta", signature: block.signature },
      ];
    case "tool_use":
      return ["", ...pieces(JSON.stringify(block.input), pieceLength)].map((piece) => ({
        type: "input_json_delta",
        partial_json: piece,
      }));
    case "other":
      return block.deltas ?? [];
  }
}

export function pieces(value: string, length: number): string[] {
  const characters = Array.from(value);
  const result: string[] = [];
  for (let start = 0; start < characters.length; start += length) {
    result.push(characters.slice(start, start + length).join(""));
  }
  return result;
}
