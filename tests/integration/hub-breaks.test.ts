import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ANTHROPIC, GOOGLE, KEY, OPENAI, openBench } from "./hub-bench.ts";

/** What is told before the failure; the second is more than one read takes in, so that the first is told before it. */
const TEXTS = ["Hello, ", "words ".repeat(60_000)];

const ERRORS = {
  overload: { code: "server_overloaded", message: `Busy. ${KEY}` },
  overflow: {
    code: "context_length_exceeded",
    message: "This model's maximum context length is 100 tokens, and you requested 120 tokens.",
  },
  key: { code: "invalid_api_key", message: `Incorrect API key provided: ${KEY}` },
};

type Failing = keyof typeof ERRORS;

interface Client {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** What its answer ends with. */
  readonly says: Readonly<Record<Failing, RegExp>>;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  Messages: {
    path: "/v1/messages",
    headers: ANTHROPIC,
    body: {
      model: "groq/llama",
      max_tokens: 9,
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    },
    says: {
      overload: /"type":"overloaded_error","message":"Busy\. \*+"/,
      overflow: /"invalid_request_error","message":"prompt is too long: 120 tokens > 100 maximum"/,
      key: /"type":"api_error"/,
    },
  },
  Responses: {
    path: "/v1/responses",
    headers: OPENAI,
    body: { model: "groq/llama", stream: true, input: "Hi" },
    says: {
      overload: /"response\.failed".*"message":"Busy\. \*+"/,
      overflow: /"response\.failed".*"code":"context_length_exceeded"/,
      key: /"response\.failed".*"code":"server_error"/,
    },
  },
  Gemini: {
    path: "/v1beta/models/groq%2Fllama:streamGenerateContent?alt=sse",
    headers: GOOGLE,
    body: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
    says: {
      overload: /"code":503,"message":"Busy\. \*+","status":"UNAVAILABLE"/,
      overflow: /token count \(120\) exceeds the maximum number of tokens allowed \(100\)/,
      key: /"code":400/,
    },
  },
};

describe("an upstream that fails in the middle of its answer", () => {
  for (const [dialect, { path, headers, body, says }] of Object.entries(CLIENTS)) {
    for (const failing of ["overload", "overflow", "key"] as const) {
      it(`tells a client of ${dialect} of ${failing} as its API does, and breaks off`, async () => {
        const chunks = TEXTS.map((content) => ({
          id: "chatcmpl-1",
          choices: [{ index: 0, delta: { content } }],
        }));
        const events = [...chunks, { error: ERRORS[failing] }];
        await using bench = await openBench(() => ({
          sse: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""),
        }));
        const answer = await bench.ask(path, body, headers);
        const told = answer.body.toString();

        assert.equal(answer.status, 200);
        assert.equal(answer.complete, false, "a broken answer looks whole");
        const end = told.slice(told.lastIndexOf("words ") + "words ".length);
        assert.match(end, says[failing]);
        assert.equal(end.match(/data: /g)?.length, 1, "there is one end");
        assert.ok(!told.includes(KEY), "the client was shown the key");
        assert.equal((await bench.explain(answer))["finish"], "upstream_lost");
      });
    }
  }
});

describe("a conversation too long for the model", () => {
  const told: Readonly<Record<string, RegExp>> = {
    Messages: /"prompt is too long: 131073 tokens > 131072 maximum"/,
    Gemini: /token count \(131073\) exceeds the maximum number of tokens allowed \(131072\)/,
  };
  for (const [dialect, words] of Object.entries(told)) {
    it(`is told a client of ${dialect} with the model's own window where the upstream names none`, async () => {
      const client = CLIENTS[dialect];
      assert.ok(client);
      const { path, headers, body } = client;
      const error = { code: "context_length_exceeded", message: "Please shorten the messages." };
      await using bench = await openBench(() => ({ status: 400, json: { error } }));
      const model = "groq/llama-3.3-70b-versatile";
      const named = path.replace("groq%2Fllama", encodeURIComponent(model));
      const answer = await bench.ask(named, "model" in body ? { ...body, model } : body, headers);

      assert.equal(answer.status, 400);
      assert.match(answer.body.toString(), words);
    });
  }
});
