/** What the bench sends and what it is answered: made by code, the same bytes on every run. */

export type TrafficName = "small" | "claude" | "open";

export interface Traffic {
  readonly requestHeaders: readonly (readonly [string, string])[];
  readonly requestBody: Buffer;
  readonly answerHeaders: readonly string[];
  /** The body in the writes in which the upstream sends it. */
  readonly answerPieces: readonly Buffer[];
  readonly answerBody: Buffer;
}

const CLAUDE_TOOLS = 32;
const CLAUDE_BODY_BYTES = 300_000;
const CLAUDE_EVENTS = 400;
/** Longer than any stream of the bench is held open. */
const OPEN_EVENTS = 900;
const MODEL = "claude-opus-5-5";

const WORDS =
  "the gateway reads each file before it edits a line and keeps what was there unless the test says otherwise so that a change stays small and can be explained to whoever reads it next".split(
    " ",
  );

/** Words without end, from a small generator with a fixed seed. */
function* words(seed: number): Generator<string, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    yield WORDS[state % WORDS.length] ?? "";
  }
}

function prose(seed: number, length: number): string {
  const parts: string[] = [];
  let size = 0;
  for (const word of words(seed)) {
    // What tool results are made of: lines, tabs, quotes, and now and then a letter beyond ASCII.
    const next = parts.length % 12 === 11 ? `${word}.\n\t"größe": ` : `${word} `;
    parts.push(next);
    size += next.length;
    if (size >= length) return parts.join("").slice(0, length);
  }
  return "";
}

const COMMON_HEADERS = [
  ["Accept", "application/json"],
  ["Content-Type", "application/json"],
  ["anthropic-version", "2023-06-01"],
] as const;

const QUOTA = "anthropic-ratelimit-unified";
const ANSWER_HEADERS = [
  "request-id",
  "req_011BenchBenchBenchBench",
  "anthropic-organization-id",
  "00000000-0000-4000-8000-000000000001",
  `${QUOTA}-status`,
  "allowed",
  `${QUOTA}-5h-status`,
  "allowed",
  `${QUOTA}-5h-reset`,
  "1995258063",
  `${QUOTA}-5h-utilization`,
  "0.37",
  `${QUOTA}-7d-status`,
  "allowed",
  `${QUOTA}-7d-reset`,
  "1995592863",
  `${QUOTA}-7d-utilization`,
  "0.12",
  `${QUOTA}-representative-claim`,
  "five_hour",
  `${QUOTA}-fallback-percentage`,
  "0.5",
  `${QUOTA}-reset`,
  "1995258063",
  `${QUOTA}-overage-status`,
  "rejected",
  "strict-transport-security",
  "max-age=31536000; includeSubDomains; preload",
  "server",
  "cloudflare",
  "cf-cache-status",
  "DYNAMIC",
] as const;

const STREAM_HEADERS = [
  "Content-Type",
  "text/event-stream; charset=utf-8",
  "Cache-Control",
  "no-cache",
  ...ANSWER_HEADERS,
];

/** `burst` is the number of stream events that the upstream writes at once. */
export function makeTraffic(name: TrafficName, burst: number): Traffic {
  switch (name) {
    case "small":
      return smallTraffic();
    case "claude":
      return claudeTraffic(burst);
    case "open":
      return openTraffic();
    default:
      return name satisfies never;
  }
}

function smallTraffic(): Traffic {
  const request = {
    model: MODEL,
    max_tokens: 1024,
    messages: [{ role: "user", content: prose(1, 900) }],
  };
  const answer = Buffer.from(
    JSON.stringify({
      model: MODEL,
      id: "msg_01BenchBenchBenchBenchBe",
      type: "message",
      role: "assistant",
      content: [{ type: "text", text: prose(2, 1_400) }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: usage(310),
    }),
  );
  return {
    requestHeaders: [
      ...COMMON_HEADERS,
      ["User-Agent", "Anthropic/JS 1.11.0"],
      ["X-Stainless-Lang", "js"],
      ["X-Stainless-Package-Version", "1.11.0"],
      ["X-Stainless-Retry-Count", "0"],
      ["Authorization", "Bearer sk-ant-oat01-bench-bench-bench"],
    ],
    requestBody: Buffer.from(JSON.stringify(request)),
    answerHeaders: [
      "Content-Type",
      "application/json",
      "Content-Length",
      String(answer.length),
      ...ANSWER_HEADERS,
    ],
    answerPieces: [answer],
    answerBody: answer,
  };
}

function claudeTraffic(burst: number): Traffic {
  const events = claudeEvents();
  const answerPieces: Buffer[] = [];
  for (let at = 0; at < events.length; at += burst) {
    answerPieces.push(Buffer.from(events.slice(at, at + burst).join("")));
  }
  return {
    requestHeaders: CLAUDE_HEADERS,
    requestBody: claudeBody(),
    answerHeaders: STREAM_HEADERS,
    answerPieces,
    answerBody: Buffer.concat(answerPieces),
  };
}

/** A stream that begins and then says one thing a second: the first piece is its beginning, the others come in time. */
function openTraffic(): Traffic {
  const begin = [messageStart(), blockStart({ type: "text", text: "" })].join("");
  const delta = Buffer.from(blockDelta({ type: "text_delta", text: prose(5, 40) }));
  const answerPieces = [Buffer.from(begin), ...new Array<Buffer>(OPEN_EVENTS).fill(delta)];
  return {
    requestHeaders: CLAUDE_HEADERS,
    requestBody: claudeBody(),
    answerHeaders: STREAM_HEADERS,
    answerPieces,
    answerBody: Buffer.concat(answerPieces),
  };
}

const CLAUDE_HEADERS = [
  ...COMMON_HEADERS,
  ["User-Agent", "claude-cli/2.1.329 (external, cli)"],
  ["X-Claude-Code-Session-Id", "29e818b3-0000-4000-8000-000000000001"],
  ["X-Stainless-Arch", "x64"],
  ["X-Stainless-Lang", "js"],
  ["X-Stainless-OS", "Linux"],
  ["X-Stainless-Package-Version", "0.128.0"],
  ["X-Stainless-Retry-Count", "0"],
  ["X-Stainless-Runtime", "node"],
  ["X-Stainless-Runtime-Version", "v26.12.1"],
  ["X-Stainless-Timeout", "600"],
  [
    "anthropic-beta",
    "claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14,context-management-2025-06-27,effort-2025-11-24",
  ],
  ["anthropic-dangerous-direct-browser-access", "true"],
  ["x-app", "cli"],
  ["Authorization", "Bearer sk-ant-oat01-bench-bench-bench"],
  ["Accept-Encoding", "gzip, deflate, br, zstd"],
] as const;

function claudeBody(): Buffer {
  const tools = Array.from({ length: CLAUDE_TOOLS }, (_, index) => ({
    name: `Tool${index}`,
    description: prose(100 + index, 1_800),
    input_schema: {
      type: "object",
      properties: {
        path: { type: "string", description: prose(200 + index, 120) },
        limit: { type: "integer", minimum: 0, description: prose(300 + index, 80) },
        pattern: { type: "string", enum: ["one", "two", "three"] },
      },
      required: ["path"],
      additionalProperties: false,
    },
  }));
  const messages: unknown[] = [];
  const request = {
    model: MODEL,
    messages,
    system: [
      { type: "text", text: "You are a coding agent." },
      { type: "text", text: prose(3, 24_000), cache_control: { type: "ephemeral", ttl: "1h" } },
    ],
    tools,
    metadata: { user_id: "user_bench" },
    max_tokens: 32_000,
    thinking: { type: "adaptive" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    output_config: { effort: "medium" },
    stream: true,
  };
  messages.push({ role: "user", content: [{ type: "text", text: prose(4, 3_000) }] });
  for (let turn = 0; JSON.stringify(request).length < CLAUDE_BODY_BYTES - 6_000; turn += 1) {
    const id = `toolu_01Bench${String(turn).padStart(12, "0")}`;
    messages.push(
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "", signature: prose(400 + turn, 600) },
          { type: "tool_use", id, name: "Tool1", input: { path: `/src/${turn}.ts`, limit: turn } },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: id, content: prose(500 + turn, 4_000) }],
      },
    );
  }
  const missing = CLAUDE_BODY_BYTES - Buffer.byteLength(JSON.stringify(request));
  messages.push({ role: "user", content: "x".repeat(Math.max(1, missing - 30)) });
  return Buffer.from(JSON.stringify(request));
}

function claudeEvents(): string[] {
  const events = [messageStart(), blockStart({ type: "thinking", thinking: "", signature: "" })];
  const source = words(7);
  const piece = (count: number): string =>
    Array.from({ length: count }, () => source.next().value).join(" ");
  const deltas = CLAUDE_EVENTS - 9;
  for (let index = 0; index < deltas; index += 1) {
    if (index === 60) {
      events.push(
        blockDelta({ type: "signature_delta", signature: prose(8, 400) }),
        blockStop(),
        blockStart({ type: "text", text: "" }),
        event("ping", { type: "ping" }),
      );
    }
    if (index < 60) events.push(blockDelta({ type: "thinking_delta", thinking: piece(6) }));
    else if (index < 240) events.push(blockDelta({ type: "text_delta", text: piece(6) }));
    else events.push(blockDelta({ type: "input_json_delta", partial_json: `"${piece(5)}",` }));
  }
  events.push(
    blockStop(),
    event("message_delta", {
      type: "message_delta",
      delta: { stop_reason: "tool_use", stop_sequence: null },
      usage: usage(2_214),
    }),
    event("message_stop", { type: "message_stop" }),
  );
  return events;
}

function messageStart(): string {
  return event("message_start", {
    type: "message_start",
    message: {
      model: MODEL,
      id: "msg_01BenchBenchBenchBenchBe",
      type: "message",
      role: "assistant",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: usage(1),
    },
  });
}

function blockStart(block: unknown): string {
  return event("content_block_start", {
    type: "content_block_start",
    index: 0,
    content_block: block,
  });
}

function blockDelta(delta: unknown): string {
  return event("content_block_delta", { type: "content_block_delta", index: 0, delta });
}

function blockStop(): string {
  return event("content_block_stop", { type: "content_block_stop", index: 0 });
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function usage(output: number): unknown {
  return {
    input_tokens: 12,
    cache_creation_input_tokens: 1_500,
    cache_read_input_tokens: 71_000,
    cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 1_500 },
    output_tokens: output,
    service_tier: "standard",
    inference_geo: "global",
  };
}
