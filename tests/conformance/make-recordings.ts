import { writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import {
  adjusted,
  bytes,
  failure,
  json,
  message,
  messageThenError,
  models,
  type Responder,
  unifiedHeaders,
} from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import {
  safeguardResults,
  text,
  thinking,
  toolUse,
  webSearchBlocks,
} from "../upstream/messages.ts";
import { KeepAliveClient } from "./keep-alive-client.ts";
import { comparableResponseHeaders } from "./passed-on.ts";

/** Makes the project's own recordings anew: `node tests/conformance/make-recordings.ts`. */

interface Case {
  readonly name: string;
  readonly method?: string;
  readonly target?: string;
  /** Added to the usual ones. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
  readonly answer: Responder;
}

const FILE = new URL("../recordings/synthetic-anthropic.jsonl", import.meta.url);
const MODEL = "claude-opus-5-5";

const COMMON_HEADERS = [
  "Host",
  "127.0.0.1:4080",
  "User-Agent",
  "synthetic/1.0",
  "Accept",
  "application/json",
  "anthropic-version",
  "2023-06-01",
  "Accept-Encoding",
  "gzip, br",
] as const;

function ask(extra: Readonly<Record<string, unknown>> = {}): string {
  const messages = [{ role: "user", content: "What does this file do? – größer als 10 €" }];
  return JSON.stringify({ model: MODEL, max_tokens: 1024, messages, ...extra });
}

const STREAM = ask({ stream: true });
const TOOL_INPUT = { path: 'src/größe "quoted" \\ back\n😀.txt', limit: 1 };
const MODELS = [{ id: MODEL, displayName: "Claude Opus 5.5" }];
/** Fixed, so that the file comes out the same. */
const RESETS = { fiveHourReset: 1_795_258_063, sevenDayReset: 1_795_592_863 } as const;
const SAID = { content: [text("It reads a file – grüßt 😀 – and says so.")] };

const ONE_HOUR = {
  cache_creation_input_tokens: 2_000,
  cache_creation: { ephemeral_5m_input_tokens: 500, ephemeral_1h_input_tokens: 1_500 },
};
const ITERATIONS = {
  iterations: [
    { type: "message", input_tokens: 100, output_tokens: 40, cache_read_input_tokens: 10 },
    { type: "compaction", input_tokens: 9_000, output_tokens: 800 },
    { type: "advisor_message", model: "claude-opus-5-5", input_tokens: 70, output_tokens: 7 },
  ],
};

const CASES: readonly Case[] = [
  { name: "a whole message", body: ask(), answer: message(SAID) },
  {
    name: "a whole message with the windows of a subscription",
    headers: ["Authorization", "Bearer sk-ant-oat01-not-a-token"],
    body: ask(),
    answer: message(SAID, {}, unifiedHeaders(RESETS)),
  },
  { name: "a stream of text", body: STREAM, answer: message(SAID) },
  {
    name: "a stream of thinking, text and a tool call in small pieces",
    body: STREAM,
    answer: message({
      content: [
        thinking("Let me see – ß."),
        text("Reading…"),
        toolUse("Read", TOOL_INPUT, "toolu_01"),
      ],
      pieceLength: 1,
      pingEvery: 20,
    }),
  },
  {
    name: "a stream whose cache is written for an hour",
    body: STREAM,
    answer: message({ ...SAID, usage: ONE_HOUR }),
  },
  {
    name: "a stream with several iterations",
    body: STREAM,
    answer: message({ ...SAID, finalUsage: ITERATIONS }),
  },
  {
    name: "a stream with a web search",
    body: STREAM,
    answer: message({
      content: webSearchBlocks("spillway", "A spillway", "https://example.com/"),
      finalUsage: { server_tool_use: { web_search_requests: 1, web_fetch_requests: 0 } },
    }),
  },
  {
    name: "a stream with verdicts of safeguards",
    body: ask({ stream: true, safeguards: [{ type: "dangerous_tool_use" }] }),
    answer: message({
      content: [toolUse("Bash", { command: "ls" }, "toolu_02")],
      extra: safeguardResults({ toolu_02: "not_flagged" }),
    }),
  },
  {
    name: "a stream that carries an event nobody knows, CRLF line ends and a comment",
    body: STREAM,
    answer: bytes(200, "text/event-stream", [
      ": a comment\r\n\r\n",
      'event: message_start\r\ndata: {"type":"message_start","message":{"model":"claude-opus-5-5","id":"msg_1","type":"message","usage":{"input_tokens":5,"output_tokens":1.0}}}\r\n\r\n',
      'event: something_new\r\ndata: {"type":"something_new","n":1.0,"s":"\\u00fc"}\r\n\r\n',
      'event: message_delta\r\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}\r\n\r\n',
      'event: message_stop\r\ndata: {"type":"message_stop"}\r\n\r\n',
    ]),
  },
  {
    name: "a stream that the provider ends with an error",
    body: STREAM,
    answer: messageThenError(SAID, 4, { type: "overloaded_error", message: "Overloaded" }),
  },
  { name: "a compressed message", body: ask(), answer: message(SAID, { gzip: true }) },
  {
    name: "a stream that is compressed although nobody asked",
    body: STREAM,
    answer: message(SAID, { gzip: true }),
  },
  {
    name: "numbers and spaces as somebody wrote them",
    body: `{ "model":"${MODEL}" ,\n "max_tokens":1024.0,"temperature":1.0, "unknown_field":{"b":1,"a":[1e2,-0]},"messages":[{"role":"system","content":"mid"}]}`,
    answer: message(SAID),
  },
  {
    name: "a request that is no JSON",
    body: '{"model":',
    answer: failure(400, "The request body is not valid JSON"),
  },
  {
    name: "a request whose body is no text",
    body: Buffer.of(0xff, 0xfe, 0, 1),
    answer: failure(400, "not JSON"),
  },
  { name: "an empty body", body: "", answer: failure(400, "Field required: model") },
  {
    name: "a member that comes twice",
    body: `{"model":"a","model":"${MODEL}","max_tokens":1,"messages":[]}`,
    answer: failure(400, "messages: at least one message is required"),
  },
  {
    name: "a compressed request body",
    headers: ["Content-Encoding", "gzip"],
    body: gzipSync(ask(), { level: 9 }),
    answer: message(SAID),
  },
  {
    name: "fields repeated and in odd case, both ways, and letters beyond ASCII",
    headers: [
      "X-MiXeD",
      "one",
      "x-mixed",
      "two",
      "X-Latin",
      "gr\u00fc\u00df",
      "anthropic-beta",
      "new-1",
      "anthropic-beta",
      "new-2",
    ],
    body: ask(),
    answer: message(SAID, {}, [
      "X-RePeaTed",
      "1",
      "x-repeated",
      "2",
      "Set-Cookie",
      "a=1",
      "Set-Cookie",
      "b=2",
    ]),
  },
  {
    name: "any query",
    target: "/v1/messages?beta=true&x=%2F&&y",
    body: ask(),
    answer: message(SAID),
  },
  {
    name: "the alias",
    target: "/anthropic/v1/messages?beta=true",
    body: STREAM,
    answer: message(SAID),
  },
  ...[401, 402, 403, 404, 413, 429, 500, 529].map((status) => ({
    name: `an error ${status}`,
    body: STREAM,
    answer: failure(status, `This is a ${status}`, ["retry-after", "1", "x-should-retry", "false"]),
  })),
  {
    name: "an error page of something in between",
    body: STREAM,
    answer: bytes(502, "text/html", ["<html><body>Bad gateway</body></html>"], ["Server", "nginx"]),
  },
  {
    name: "another reason phrase",
    body: ask(),
    answer: withReason(message(SAID), "Fine"),
  },
  {
    name: "a token count",
    target: "/v1/messages/count_tokens?beta=true",
    body: ask(),
    answer: json(200, { input_tokens: 4242 }),
  },
  {
    name: "the list of models",
    method: "GET",
    target: "/v1/models?limit=1000",
    answer: models(MODELS),
  },
  { name: "one model", method: "GET", target: `/v1/models/${MODEL}`, answer: models(MODELS) },
  { name: "a probe", method: "HEAD", target: "/api/hello", answer: json(200, {}) },
  { name: "a probe of the root", method: "HEAD", target: "/", answer: failure(404, "Not found") },
  {
    name: "a batch",
    target: "/v1/messages/batches",
    body: '{"requests":[]}',
    answer: json(200, { id: "msgbatch_1", processing_status: "in_progress" }),
  },
  {
    name: "a file that is deleted",
    method: "DELETE",
    target: "/v1/files/file_1",
    answer: json(200, { id: "file_1", type: "file_deleted" }),
  },
  {
    name: "the bytes of a file",
    method: "GET",
    target: "/v1/files/file_1/content",
    answer: bytes(200, "application/octet-stream", [
      Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256)),
    ]),
  },
  {
    name: "a path and a method that nobody knows",
    method: "PATCH",
    target: "/api/oauth/unknown?x=1",
    body: "[1, 2.0]",
    answer: json(202, { ok: true }),
  },
  {
    name: "an answer without a body",
    method: "DELETE",
    target: "/v1/skills/skill_1",
    answer: bytes(204, "text/plain", []),
  },
];

function withReason(responder: Responder, statusMessage: string): Responder {
  const plain = adjusted(responder, {});
  return async (request, serial) => ({ ...(await plain(request, serial)), statusMessage });
}

async function record(): Promise<string[]> {
  await using upstream = await startAnthropicUpstream();
  using client = new KeepAliveClient(upstream.port);
  const lines: string[] = [];
  for (const {
    name,
    method = "POST",
    target = "/v1/messages?beta=true",
    headers = [],
    body,
    answer,
  } of CASES) {
    const bodyBytes = Buffer.from(body ?? "");
    const request = {
      method,
      target,
      headers: [
        ...COMMON_HEADERS,
        ...(headers.includes("Authorization") ? [] : ["x-api-key", "sk-ant-api03-not-a-key"]),
        ...headers,
        ...(body === undefined
          ? []
          : ["Content-Type", "application/json", "Content-Length", String(bodyBytes.length)]),
      ],
      body: bodyBytes,
    };
    upstream.on(() => true, answer);
    const got = await client.send(request);
    if (!got.complete) throw new Error(`${name}: the answer broke off`);
    lines.push(
      JSON.stringify({
        name,
        request: { method, target, headers: request.headers, ...asText(bodyBytes) },
        response: {
          status: got.status,
          reason: got.reason,
          headers: comparableResponseHeaders(got.headers),
          ...asText(got.body),
        },
      }),
    );
  }
  return lines;
}

function asText(body: Buffer): { readonly body: string } | { readonly bodyBase64: string } {
  const decoded = body.toString("utf8");
  return Buffer.from(decoded, "utf8").equals(body)
    ? { body: decoded }
    : { bodyBase64: body.toString("base64") };
}

const ABOUT = {
  about: "Synthetic exchanges with an Anthropic-format upstream; no provider's bytes",
  madeBy: "tests/conformance/make-recordings.ts",
};

if (import.meta.main) {
  await writeFile(FILE, `${[JSON.stringify(ABOUT), ...(await record())].join("\n")}\n`);
}
