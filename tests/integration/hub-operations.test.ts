import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { at } from "../conformance/exchange.ts";
import { call } from "../fault/rig.ts";
import { ANTHROPIC, type Bench, GOOGLE, jsonOf, KEY, OPENAI, openBench } from "./hub-bench.ts";

const COMPLETION = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_764_000_000,
  model: "scripted",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
};
const COUNTED = {
  messages: [{ role: "user", content: "How many tokens are these words?" }],
  system: "Count well.",
  tools: [{ name: "look", description: "Looks.", input_schema: { type: "object" } }],
};

describe("a WebSocket", () => {
  it("is refused with a 426 at once, and nothing is sent", async () => {
    await using bench = await openBench(() => ({ json: COMPLETION }));
    for (const path of ["/v1/responses", "/openai/v1/responses"]) {
      const answer = await call(bench, {
        method: "GET",
        path,
        headers: {
          ...OPENAI,
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        },
      });
      assert.equal(answer.status, 426);
      assert.equal(at(jsonOf(answer), "error", "code"), "websocket_not_supported");
      assert.equal(answer.headers.upgrade, "HTTP/1.1");
    }
    assert.equal(bench.requests.length, 0);
  });
});

describe("a packed body", () => {
  const chat = { model: "groq/llama", messages: [{ role: "user", content: "Say hello." }] };
  const messages = { ...chat, max_tokens: 9 };
  const pack = {
    gzip: gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  };

  it("is read in every coding for a translation, and for its model", async () => {
    await using bench = await openBench(() => ({ json: COMPLETION }));
    for (const [coding, packed] of Object.entries(pack)) {
      const headers = { "content-encoding": coding };
      const translated = await bench.ask(
        "/v1/messages",
        packed(Buffer.from(JSON.stringify(messages))),
        { ...ANTHROPIC, ...headers },
      );
      assert.equal(translated.status, 200, translated.body.toString());
      assert.deepEqual(at(jsonOf(translated), "content"), [{ type: "text", text: "Hello." }]);
      const spliced = await bench.ask(
        "/v1/chat/completions",
        packed(Buffer.from(JSON.stringify(chat))),
        { ...OPENAI, ...headers },
      );
      assert.equal(spliced.status, 200, spliced.body.toString());
      const sent = bench.requests.at(-1);
      assert.equal(sent?.headers["content-encoding"], undefined);
      assert.equal(at(jsonOf(sent ?? assert.fail()), "model"), "llama");
    }
  });

  it("goes on as it came where nobody changes it, also in a coding that is not known", async () => {
    const message = { type: "message", role: "assistant", content: [], model: "claude-opus-5-5" };
    await using bench = await openBench(() => ({ json: message }));
    const own = Buffer.from(JSON.stringify({ ...messages, model: "claude-opus-5-5" }));
    for (const [coding, bytes] of [
      ["zstd", zstdCompressSync(own)],
      ["lzma", Buffer.from("whatever this is")],
    ] as const) {
      const answer = await bench.ask("/v1/messages", bytes, {
        ...ANTHROPIC,
        "content-encoding": coding,
      });
      assert.equal(answer.status, 200);
      assert.deepEqual(bench.requests.at(-1)?.body, bytes);
      assert.equal(bench.requests.at(-1)?.headers["content-encoding"], coding);
      const { requested_model: model } = await bench.explain(answer);
      assert.equal(model ?? undefined, coding === "zstd" ? "claude-opus-5-5" : undefined);
    }
  });

  it("is refused where it has to be read and cannot be", async () => {
    await using bench = await openBench(() => ({ json: COMPLETION }));
    const bomb = zstdCompressSync(Buffer.alloc(40 * 2 ** 20));
    const whole = gzipSync(JSON.stringify(chat));
    const cases = [
      ["lzma", Buffer.from("whatever this is"), 415, "unsupported_encoding"],
      ["gzip, zstd", whole, 415, "unsupported_encoding"],
      ["constructor", whole, 415, "unsupported_encoding"],
      ["gzip", whole.subarray(0, 20), 400, "invalid_body"],
      ["br", whole, 400, "invalid_body"],
      [
        "zstd",
        Buffer.concat([zstdCompressSync("{}"), zstdCompressSync("{}")]),
        400,
        "invalid_body",
      ],
      ["zstd", bomb, 413, "body_too_large"],
    ] as const;
    for (const [coding, bytes, status, code] of cases) {
      const headers = { ...OPENAI, "content-encoding": coding };
      const answer = await bench.ask("/v1/chat/completions", bytes, headers);
      const told = answer.body.toString();
      assert.equal(answer.status, status, `${coding} ${told}`);
      assert.ok(told.includes(`(${code})`), told);
    }
    assert.equal(bench.requests.length, 0);
  });
});

describe("count_tokens toward other providers", () => {
  const count = async (bench: Bench, model: string) =>
    await bench.ask("/v1/messages/count_tokens?beta=true", { model, ...COUNTED }, ANTHROPIC);

  it("asks the provider where it counts", async () => {
    await using bench = await openBench(({ target }) => ({
      json: target.includes("countTokens")
        ? { totalTokens: 41 }
        : { object: "response.input_tokens", input_tokens: 42 },
    }));
    const cases = [
      ["gemini/gemini-3-flash", 41, "/gemini/v1beta/models/gemini-3-flash:countTokens"],
      ["openai/gpt-5.1", 42, "/openai/responses/input_tokens"],
      ["openai/gpt-4o", 42, "/openai/responses/input_tokens"],
      ["deepseek/deepseek-chat", 42, "/deepseek/anthropic/v1/messages/count_tokens"],
    ] as const;
    for (const [model, tokens, target] of cases) {
      const answer = await count(bench, model);
      assert.equal(answer.status, 200, `${model} ${answer.body.toString()}`);
      assert.deepEqual(jsonOf(answer), { input_tokens: tokens });
      assert.equal(answer.headers["x-spillway-usage-source"], undefined);
      const sent = bench.requests.at(-1) ?? assert.fail();
      assert.equal(sent.target, target);
      assert.equal(at(jsonOf(sent), "max_tokens"), undefined);
      assert.ok(!JSON.stringify(sent.headers).includes("of-a-caller"));
      const record = await bench.explain(answer);
      assert.equal(record["usage_source"], "none");
    }
  });

  it("estimates where it does not, and says so", async () => {
    await using bench = await openBench(() => ({ status: 404, json: { error: "no such path" } }));
    for (const [model, asked] of [
      ["groq/llama", 0],
      ["deepseek/deepseek-chat", 1],
    ] as const) {
      const before = bench.requests.length;
      const answer = await count(bench, model);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(answer.headers["x-spillway-usage-source"], "estimated");
      const tokens = at(jsonOf(answer), "input_tokens");
      assert.ok(typeof tokens === "number" && tokens > 100 && tokens < 1_000, String(tokens));
      assert.equal(bench.requests.length - before, asked);
      assert.equal((await bench.explain(answer))["finish"], "complete");
    }
  });

  it("does not hide that a key is refused or that the provider is down", async () => {
    for (const status of [401, 429, 503]) {
      await using bench = await openBench(() => ({ status, json: { error: { message: "no" } } }));
      const answer = await count(bench, "gemini/gemini-3-flash");
      assert.ok(answer.status >= 400, `${status} ${answer.body.toString()}`);
    }
  });

  it("counts Claude's and other models for a client of Gemini's dialect", async () => {
    await using bench = await openBench(() => ({ json: { input_tokens: 43 } }));
    const body = { contents: [{ role: "user", parts: [{ text: "How many?" }] }] };
    const headers = { "x-goog-api-key": "a-key", authorization: "Bearer sk-ant-oat01-of-a-caller" };
    const claude = await bench.ask("/v1beta/models/claude-opus-5-5:countTokens", body, headers);
    assert.deepEqual(jsonOf(claude), { totalTokens: 43 });
    assert.equal(bench.requests.at(-1)?.target, "/anthropic/v1/messages/count_tokens");
    const other = await bench.ask("/v1beta/models/groq%2Fllama:countTokens", body, GOOGLE);
    assert.equal(other.headers["x-spillway-usage-source"], "estimated");
    const tokens = at(jsonOf(other), "totalTokens");
    assert.ok(typeof tokens === "number" && tokens > 0);
  });
});

describe("thinking that another server proved in Anthropic's dialect", () => {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "deepseek-chat",
    content: [
      { type: "thinking", thinking: "Hm.", signature: "cHJvb2Y=" },
      { type: "text", text: "Hello." },
    ],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const said = { role: "assistant", content: message.content };
  const asking = (model: string, ...turns: readonly object[]) => ({
    model,
    max_tokens: 9,
    messages: [{ role: "user", content: "Hi" }, ...turns, { role: "user", content: "Go on" }],
  });

  it("does not go to Anthropic, and goes back to its own server as it came", async () => {
    await using bench = await openBench(() => ({ json: message }));
    await bench.ask("/v1/messages", asking("deepseek/deepseek-chat"), ANTHROPIC);
    await bench.ask("/v1/messages", asking("claude-opus-5-5", said), ANTHROPIC);
    const toAnthropic = bench.requests.at(-1) ?? assert.fail();
    assert.equal(toAnthropic.target, "/anthropic/v1/messages");
    assert.deepEqual(
      jsonOf(toAnthropic),
      asking("claude-opus-5-5", { role: "assistant", content: message.content.slice(1) }),
    );
    await bench.ask("/v1/messages", asking("deepseek/deepseek-chat", said), ANTHROPIC);
    assert.deepEqual(jsonOf(bench.requests.at(-1) ?? assert.fail()), asking("deepseek-chat", said));
  });

  it("is Anthropic's own where the model is Claude, whoever serves it", async () => {
    await using bench = await openBench(() => ({ json: message }));
    await bench.ask("/v1/messages", asking("openrouter/anthropic/claude-opus-5.5"), ANTHROPIC);
    await bench.ask("/v1/messages", asking("claude-opus-5-5", said), ANTHROPIC);
    assert.deepEqual(
      jsonOf(bench.requests.at(-1) ?? assert.fail()),
      asking("claude-opus-5-5", said),
    );
  });
});

describe("thinking of a provider with many models", () => {
  it("goes back to the model whose it is, and to no other", async () => {
    const details = [{ type: "reasoning.encrypted", data: "b3BhcXVl", index: 0 }];
    const [choice] = COMPLETION.choices;
    const message = { ...choice?.message, reasoning_details: details };
    await using bench = await openBench(() => ({
      json: { ...COMPLETION, choices: [{ ...choice, message }] },
    }));
    const ask = async (model: string, ...turns: readonly object[]) => {
      const messages = [{ role: "user", content: "Hi" }, ...turns];
      const body = { model: `openrouter/${model}`, max_tokens: 9, messages };
      return jsonOf(await bench.ask("/v1/messages", body, ANTHROPIC));
    };
    const said = { role: "assistant", content: at(await ask("google/a"), "content") };
    for (const [model, isTold] of [
      ["google/a", true],
      ["openai/b", false],
    ] as const) {
      await ask(model, said, { role: "user", content: "Go on" });
      const sent = bench.requests.at(-1) ?? assert.fail();
      assert.equal(at(jsonOf(sent), "model"), model);
      assert.equal(sent.body.includes("b3BhcXVl"), isTold);
    }
  });
});

describe("the id that the upstream gave an exchange", () => {
  it("is in the record, and the client's own way to ask for it works", async () => {
    const headers = { "x-request-id": "req_of_the_upstream" };
    await using bench = await openBench(() => ({ headers, json: COMPLETION }));
    const body = {
      model: "groq/llama",
      messages: [{ role: "user", content: "Hi" }],
      max_tokens: 9,
    };
    for (const [path, own] of [
      ["/v1/messages", ANTHROPIC],
      ["/v1/chat/completions", OPENAI],
    ] as const) {
      const answer = await bench.ask(path, body, own);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.equal(answer.headers["x-request-id"], "req_of_the_upstream");
      const { attempts } = await bench.explain(answer);
      assert.match(JSON.stringify(attempts), /"upstream_request_id":"req_of_the_upstream"/);
      if (own === ANTHROPIC) assert.equal(answer.headers["request-id"], "req_of_the_upstream");
    }
  });
});

describe("embeddings", () => {
  const EMBEDDED = {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [0.25, -0.5] }],
    model: "text-embedding-3-small",
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };

  it("go to the named provider as they came, and are metered", async () => {
    await using bench = await openBench(() => ({ json: EMBEDDED }));
    const cases = [
      ["/v1/embeddings", "openai/text-embedding-3-small", "/openai/embeddings"],
      ["/openai/v1/embeddings", "text-embedding-3-small", "/openai/embeddings"],
      ["/v1/embeddings", "openrouter/text-embedding-3-small", "/openrouter/v1/embeddings"],
    ] as const;
    for (const [path, model, target] of cases) {
      const answer = await bench.ask(path, { model, input: "words", odd: 1.0 }, OPENAI);
      assert.equal(answer.status, 200, answer.body.toString());
      assert.deepEqual(jsonOf(answer), EMBEDDED);
      const sent = bench.requests.at(-1) ?? assert.fail();
      assert.equal(sent.target, target);
      assert.equal(sent.headers.authorization, `Bearer ${KEY}`);
      assert.deepEqual(jsonOf(sent), { model: "text-embedding-3-small", input: "words", odd: 1 });
      const record = await bench.explain(answer);
      assert.equal(record["usage_source"], "provider");
      assert.equal(record["operation"], "embeddings");
      assert.match(JSON.stringify(record), /"input":8\b|input_tokens\W+8\b/);
    }
  });

  it("are refused clearly where there are none", async () => {
    await using bench = await openBench(() => ({ json: EMBEDDED }));
    for (const model of ["gemini/embedding-001", "deepseek/x", "claude-opus-5-5"]) {
      const answer = await bench.ask("/v1/embeddings", { model, input: "words" }, OPENAI);
      assert.equal(answer.status, 400, answer.body.toString());
      assert.equal(at(jsonOf(answer), "error", "code"), "operation_not_supported");
    }
    assert.equal(bench.requests.length, 0);
  });
});
