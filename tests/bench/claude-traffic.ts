import { prose, words } from "./prose.ts";

export const CLAUDE_TOOLS = 32;
export const CLAUDE_BODY_BYTES = 300_000;
export const CLAUDE_EVENTS = 400;
export const MODEL = "claude-opus-5-5";
export const MESSAGES = "/v1/messages?beta=true";

export const COMMON_HEADERS = [
  ["Accept", "application/json"],
  ["Content-Type", "application/json"],
  ["anthropic-version", "2023-06-01"],
] as const;

const QUOTA = "anthropic-ratelimit-unified";
export const ANSWER_HEADERS = [
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

export const STREAM_HEADERS = [
  "Content-Type",
  "text/event-stream; charset=utf-8",
  "Cache-Control",
  "no-cache",
  ...ANSWER_HEADERS,
];

/** Events in the writes in which the upstream sends them. */
export function inBursts(events: readonly string[], burst: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < events.length; at += burst) {
    pieces.push(Buffer.from(events.slice(at, at + burst).join("")));
  }
  return pieces;
}

export const CLAUDE_HEADERS = [
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

export function claudeBody(model: string = MODEL): Buffer {
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
    model,
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

export function claudeEvents(count: number): string[] {
  const events = [messageStart(), blockStart({ type: "thinking", thinking: "", signature: "" })];
  const source = words(7);
  const piece = (length: number): string =>
    Array.from({ length }, () => source.next().value).join(" ");
  const deltas = count - 9;
  const [thinking, text] = [Math.round(deltas * 0.154), Math.round(deltas * 0.614)];
  for (let index = 0; index < deltas; index += 1) {
    if (index === thinking) {
      events.push(
        blockDelta({ type: "signature_delta", signature: prose(8, 400) }),
        blockStop(),
        blockStart({ type: "text", text: "" }),
        event("ping", { type: "ping" }),
      );
    }
    if (index < thinking) events.push(blockDelta({ type: "thinking_delta", thinking: piece(6) }));
    else if (index < text) events.push(blockDelta({ type: "text_delta", text: piece(6) }));
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

export function messageStart(): string {
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

export function blockStart(block: unknown): string {
  return event("content_block_start", {
    type: "content_block_start",
    index: 0,
    content_block: block,
  });
}

export function blockDelta(delta: unknown): string {
  return event("content_block_delta", { type: "content_block_delta", index: 0, delta });
}

function blockStop(): string {
  return event("content_block_stop", { type: "content_block_stop", index: 0 });
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function usage(output: number): unknown {
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
