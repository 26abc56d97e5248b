import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, it } from "node:test";
import { isObject } from "../../src/base/json.ts";
import {
  type CanonicalRequest,
  type Message,
  messageEvents,
  type StreamEvent,
  type UpstreamError,
} from "../../src/canonical/index.ts";
import type { AnswerFacts } from "../../src/exchange/dialect.ts";
import { openAiChatDialect } from "../../src/ingress/openai-chat/index.ts";
import { installClients } from "./install.ts";

/** The part of the official SDK that these tests use. */
interface OpenAi {
  readonly chat: {
    readonly completions: {
      create(body: object): Promise<unknown>;
      stream(body: object): { finalChatCompletion(): Promise<unknown> };
    };
  };
  readonly models: { list(): AsyncIterable<{ readonly id: string }> };
}
interface SdkModule {
  readonly default: new (options: {
    readonly baseURL: string;
    readonly apiKey: string;
    readonly maxRetries: number;
  }) => OpenAi;
}

const { canonical: client } = openAiChatDialect;
const QUESTION = {
  model: "asked-for",
  messages: [{ role: "user", content: "?" }],
  tools: ["list", "now"].map((name) => ({
    type: "function",
    function: { name, parameters: { type: "object", properties: {} } },
  })),
};
const ANSWER: Message = {
  id: "msg_1",
  model: "served",
  content: [
    { type: "thinking", text: "Hm. ", signature: "spw1.anthropic.AA.mac" },
    { type: "text", text: "Let me see ✓" },
    { type: "tool_use", id: "call_0", name: "list", input: '{"path":"/ü"}' },
    { type: "thinking", text: "", signature: "spw1.anthropic.BB.mac" },
    { type: "tool_use", id: "call_1", name: "now", input: "{}" },
  ],
  stopReason: "tool_use",
  usage: { input: 12, output: 34, cacheRead: 5 },
};
const USAGE = {
  prompt_tokens: 17,
  completion_tokens: 34,
  total_tokens: 51,
  prompt_tokens_details: { cached_tokens: 5 },
};

interface Reply {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

describe("the official SDK of OpenAI reads what Spillway writes", () => {
  let open: SdkModule["default"];
  before(async () => {
    await installClients();
    const name = "openai";
    const loaded: SdkModule = await import(name);
    open = loaded.default;
  });

  /** Runs `use` against a server that answers so; gives also how many requests came. */
  async function against<T>(
    answer: (request: CanonicalRequest | undefined) => Reply,
    use: (sdk: OpenAi) => Promise<T>,
    maxRetries = 0,
  ): Promise<{ readonly value: T; readonly requests: number }> {
    let requests = 0;
    const server = createServer((message, response) => {
      requests += 1;
      const chunks: Buffer[] = [];
      message.on("data", (chunk: Buffer) => chunks.push(chunk));
      message.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        const { status, headers, body } = answer(text === "" ? undefined : requestOf(text));
        response.writeHead(status, [...headers]).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const options = { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: "none", maxRetries };
      return { value: await use(new open(options)), requests };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("a whole answer with thinking and calls", async () => {
    const { value } = await against(
      (request) => json(client.writeMessage(ANSWER, factsOf(request))),
      (sdk) => sdk.chat.completions.create(QUESTION),
    );
    assertAnswer(value);
  });

  it("a stream, put together by its helper", async () => {
    const { value } = await against(
      (request) => events(messageEvents(ANSWER), request),
      (sdk) =>
        sdk.chat.completions
          .stream({ ...QUESTION, stream_options: { include_usage: true } })
          .finalChatCompletion(),
    );
    assertAnswer(value);
  });

  it("a stream of which no usage was asked", async () => {
    const { value } = await against(
      (request) => events(messageEvents(ANSWER), request),
      (sdk) => sdk.chat.completions.stream(QUESTION).finalChatCompletion(),
    );
    assert.ok(isObject(value) && value["usage"] === undefined);
  });

  it("pings as nothing", async () => {
    const { value } = await against(
      (request) => {
        const reply = events(messageEvents(ANSWER), request);
        return {
          ...reply,
          body: client.ping + reply.body.replaceAll("\n\n", `\n\n${client.ping}`),
        };
      },
      (sdk) => sdk.chat.completions.stream(QUESTION).finalChatCompletion(),
    );
    assert.ok(isObject(value));
  });

  it("an error within the stream as an error", async () => {
    const error = { kind: "overloaded", message: "Overloaded" } as const;
    const broken: readonly StreamEvent[] = [
      ...messageEvents(ANSWER).slice(0, 4),
      { type: "error", error },
    ];
    await assert.rejects(
      against(
        (request) => events(broken, request),
        (sdk) => sdk.chat.completions.stream(QUESTION).finalChatCompletion(),
      ),
      /Overloaded/,
    );
  });

  const ERRORS: readonly (readonly [UpstreamError, string, string | undefined])[] = [
    [{ kind: "authentication", message: "why" }, "AuthenticationError", "invalid_api_key"],
    [{ kind: "permission", message: "why" }, "PermissionDeniedError", "permission_denied"],
    [{ kind: "not_found", message: "why" }, "NotFoundError", "model_not_found"],
    [{ kind: "context_overflow", message: "why" }, "BadRequestError", "context_length_exceeded"],
    [{ kind: "quota", message: "why" }, "RateLimitError", "insufficient_quota"],
    [{ kind: "overloaded", message: "why" }, "InternalServerError", "server_overloaded"],
  ];
  for (const [error, name, code] of ERRORS) {
    it(`${error.kind} as its ${name}`, async () => {
      await assert.rejects(
        against(
          (request) => client.writeError(error, factsOf(request)),
          (sdk) => sdk.chat.completions.create(QUESTION),
        ),
        (thrown: unknown) => {
          assert.ok(thrown instanceof Error && "code" in thrown);
          assert.equal(thrown.constructor.name, name);
          assert.equal(thrown.code, code);
          return true;
        },
      );
    });
  }

  it("a spent quota as one that asking again does not help against", async () => {
    let requests = 0;
    const asked = against(
      (request) => {
        requests += 1;
        return client.writeError({ kind: "quota", message: "spent" }, factsOf(request));
      },
      (sdk) => sdk.chat.completions.create(QUESTION),
      2,
    );
    await assert.rejects(asked, /spent/);
    assert.equal(requests, 1);
  });
});

function requestOf(text: string): CanonicalRequest {
  const body: unknown = JSON.parse(text);
  assert.ok(isObject(body));
  const read = client.readRequest(body, {});
  assert.ok(read.ok, text);
  return read.value;
}

function factsOf(request: CanonicalRequest | undefined): AnswerFacts {
  assert.ok(request !== undefined);
  return {
    requestId: "spx_1",
    request,
    model: request.model,
    estimatedInputTokens: 0,
    credential: "caller",
  };
}

function json(body: string): Reply {
  return { status: 200, headers: ["content-type", "application/json"], body };
}

function events(told: readonly StreamEvent[], request: CanonicalRequest | undefined): Reply {
  const writer = client.openWriter(factsOf(request));
  const body = told.map((event) => writer.push(event)).join("");
  return { status: 200, headers: ["content-type", "text/event-stream"], body };
}

/** The message as the client has it, which is what it sends back. */
function assertAnswer(value: unknown): void {
  const completion = JSON.parse(JSON.stringify(value));
  assert.equal(completion.model, "asked-for");
  assert.deepEqual(completion.usage, USAGE);
  const [{ message, finish_reason: reason }] = completion.choices;
  assert.equal(reason, "tool_calls");
  assert.equal(message.content, "Let me see ✓");
  const calls = message.tool_calls.map(
    (call: { readonly id: string; readonly function: object }) => [call.id, call.function],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(calls)), [
    ["call_0", { name: "list", arguments: '{"path":"/ü"}' }],
    ["call_1", { name: "now", arguments: "{}" }],
  ]);
  const carrier = { google: { thought_signature: "spw1.anthropic.BB.mac" } };
  assert.deepEqual(message.tool_calls[1].extra_content, carrier);
  assert.equal(message.reasoning_details[0].signature, "spw1.anthropic.AA.mac");
}
