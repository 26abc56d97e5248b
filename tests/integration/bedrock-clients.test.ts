import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type EventFrame } from "../../src/upstream/eventstream/frame.ts";
import { FrameSplitter } from "../../src/upstream/eventstream/frame-splitter.ts";
import { at, textAt } from "../conformance/exchange.ts";
import { failure, json, message, messageThenError, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { messageEvents, text, toolUse } from "../upstream/messages.ts";
import { type ChatUpstream, startChatUpstream } from "./chat-upstream.ts";

const HELLO = { content: [text("Hello, grüße 😀."), toolUse("Bash", { command: "ls" }, "t1")] };
const MODEL = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const BODY = `{"anthropic_version":"bedrock-2023-05-31", "anthropic_beta":["interleaved-thinking-2025-05-14"] ,"max_tokens":64,"unknown":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`;
const OWN = { "x-api-key": "sk-ant-api03-the-callers-own" };

describe("clients in Bedrock's shape", () => {
  let upstream: AnthropicUpstream;
  let groq: ChatUpstream;
  let gateway: Gateway;
  const scope = new AsyncDisposableStack();
  before(async () => {
    upstream = scope.use(await startAnthropicUpstream());
    groq = scope.use(await startChatUpstream("gsk_0123456789", "Hello from afar."));
    gateway = scope.use(
      await startGateway({
        upstreamUrl: upstream.url,
        env: { GROQ_KEY: "gsk_0123456789", AWS_REGION: "us-east-1" },
        config: [
          "providers:",
          `  groq: { url: "${groq.url}/openai/v1", key: "env:GROQ_KEY" }`,
          `  bedrock-eu: { kind: bedrock, url: "http://127.0.0.1:9", models: ["eu.anthropic.claude-opus-4-6-v1", "openai.gpt-oss-120b-1:0"] }`,
        ].join("\n"),
      }),
    );
  });
  after(async () => {
    await scope.disposeAsync();
  });

  const ask = async (path: string, headers: Readonly<Record<string, string>> = OWN, body = BODY) =>
    await fetch(`${gateway.url}/bedrock${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  const play = (responder: Responder): void => {
    upstream.reset();
    upstream.on(() => true, responder);
  };

  it("X-A20: an invocation is a Messages request, every other byte as it came", async () => {
    play(message(HELLO));
    const answer = await ask(`/model/${MODEL}/invoke`);
    const body: unknown = await answer.json();
    assert.equal(answer.status, 200);
    assert.equal(textAt(body, "model"), MODEL);
    const [request] = upstream.requests;
    assert.equal(request?.target, "/v1/messages");
    assert.equal(
      request.body.toString(),
      `{"model":"claude-sonnet-4-5-20250929","max_tokens":64,"unknown":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`,
    );
    assert.deepEqual(request.headers("anthropic-beta"), ["interleaved-thinking-2025-05-14"]);
    assert.equal(request.header("content-length"), String(request.body.length));
  });

  it("X-A20: a stream comes in frames, each event as the upstream told it, at any split", async () => {
    for (const splitEvery of [undefined, 1, 7]) {
      play(message(HELLO, splitEvery === undefined ? {} : { splitEvery }));
      const answer = await ask(`/model/${encodeURIComponent(MODEL)}/invoke-with-response-stream`);
      assert.equal(answer.headers.get("content-type"), "application/vnd.amazon.eventstream");
      const events = (await framesOf(answer)).map(eventOf);
      const id = String(at(at(events[0], "message"), "id"));
      assert.deepEqual(
        events,
        messageEvents(HELLO, MODEL, id).map(({ data }) => data),
      );
      assert.equal(at(upstream.requests[0]?.json(), "stream"), true);
    }
  });

  const count = (input: unknown) => JSON.stringify({ input });
  const counted = (body: string) =>
    count({ invokeModel: { body: Buffer.from(body).toString("base64") } });

  it("X-A20: tokens are counted for an invocation, and told in Bedrock's words", async () => {
    play(json(200, { input_tokens: 42 }));
    const answer = await ask(`/model/${MODEL}/count-tokens`, OWN, counted(BODY));
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), { inputTokens: 42 });
    const [request] = upstream.requests;
    assert.equal(request?.target, "/v1/messages/count_tokens");
    assert.equal(
      request.body.toString(),
      `{"model":"claude-sonnet-4-5-20250929","unknown":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`,
    );
    assert.deepEqual(request.headers("anthropic-beta"), ["interleaved-thinking-2025-05-14"]);
    assert.equal(request.header("accept-encoding"), "identity");
  });

  it("a count that is an estimate is told in the same words, and says what it is", async () => {
    const answer = await ask("/model/groq%2Fllama-4/count-tokens", OWN, counted(BODY));
    const body: unknown = await answer.json();
    assert.equal(answer.status, 200);
    assert.ok(Number(at(body, "inputTokens")) > 0, JSON.stringify(body));
    assert.equal(answer.headers.get("x-spillway-usage-source"), "estimated");
  });

  it("a count that is refused is an exception, and one of what is no invocation is a 400", async () => {
    play(failure(400, "Too long"));
    const refused = await ask(`/model/${MODEL}/count-tokens`, OWN, counted(BODY));
    assert.equal(refused.status, 400);
    assert.equal(refused.headers.get("x-amzn-errortype"), "ValidationException");
    assert.deepEqual(await refused.json(), { message: "Too long" });
    upstream.reset();
    for (const body of [count({ converse: { messages: [] } }), "{}", "[]", counted("no object")]) {
      const answer = await ask(`/model/${MODEL}/count-tokens`, OWN, body);
      assert.equal(answer.status, 400, body);
      assert.match(textAt(await answer.json(), "message") ?? "", /^Spillway: /);
    }
    assert.deepEqual(upstream.requests, []);
  });

  it("an error comes as an exception", async () => {
    play(failure(429, "Slow down"));
    const answer = await ask(`/model/${MODEL}/invoke-with-response-stream`);
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get("x-amzn-errortype"), "ThrottlingException");
    assert.deepEqual(await answer.json(), { message: "Slow down" });
  });

  it("an error in the middle of a stream comes as an exception's frame", async () => {
    play(messageThenError(HELLO, 3, { type: "overloaded_error", message: "Busy" }));
    const frames = await framesOf(await ask(`/model/${MODEL}/invoke-with-response-stream`));
    assert.equal(frames.length, 4);
    assert.equal(frames.at(-1)?.headers.get(":message-type"), "exception");
    assert.equal(frames.at(-1)?.headers.get(":exception-type"), "serviceUnavailableException");
    assert.equal(frames.at(-1)?.payload.toString(), '{"message":"Busy"}');
  });

  it("a model of another dialect answers in the same frames", async () => {
    const answer = await ask("/model/groq%2Fllama-4/invoke-with-response-stream");
    const events = (await framesOf(answer)).map(eventOf);
    const texts = events.map((event) => textAt(at(event, "delta"), "text") ?? "");
    assert.equal(texts.join(""), "Hello from afar.");
    assert.equal(at(events.at(-1), "type"), "message_stop");
  });

  it("a refusal of the gateway's comes as an exception, in its words", async () => {
    const answer = await ask("/model/groq%2Fllama-4/invoke", {});
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get("x-amzn-errortype"), "AccessDeniedException");
    assert.match(textAt(await answer.json(), "message") ?? "", /^Spillway: .*credential_missing/);
  });

  it("a request that is signed for AWS is told which variable to set", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIA/20261126/us-east-1/bedrock/aws4_request";
    const answer = await ask(`/model/${MODEL}/invoke`, { authorization });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get("x-should-retry"), "false");
    assert.match(textAt(await answer.json(), "message") ?? "", /CLAUDE_CODE_SKIP_BEDROCK_AUTH=1/);
  });

  it("the profiles are those of Bedrock that the configuration names", async () => {
    const answer = await fetch(`${gateway.url}/bedrock/inference-profiles?type=SYSTEM_DEFINED`);
    const listed: unknown = await answer.json();
    assert.equal(answer.status, 200);
    const profiles: unknown = at(listed, "inferenceProfileSummaries");
    assert.deepEqual(profiles, []);
    const own = await fetch(`${gateway.url}/bedrock/inference-profiles`, { headers: OWN });
    const [only, ...more] = Object.values(at(await own.json(), "inferenceProfileSummaries") ?? {});
    assert.equal(textAt(only, "inferenceProfileId"), "eu.anthropic.claude-opus-4-6-v1");
    assert.deepEqual(more, []);
  });

  it("of the rest of Bedrock's API there is nothing, and nothing is passed on", async () => {
    upstream.reset();
    const answer = await ask("/model/x/converse");
    assert.equal(answer.status, 404);
    assert.equal(answer.headers.get("x-amzn-errortype"), "ResourceNotFoundException");
    assert.equal(upstream.requests.length, 0);
  });
});

async function framesOf(answer: Response): Promise<readonly EventFrame[]> {
  const splitter = new FrameSplitter();
  const frames = splitter.push(Buffer.from(await answer.arrayBuffer()));
  assert.ok(frames.ok);
  assert.equal(splitter.atBoundary, true);
  return frames.value;
}

function eventOf({ headers, payload }: EventFrame): unknown {
  assert.equal(headers.get(":event-type"), "chunk");
  const bytes = textAt(JSON.parse(payload.toString()), "bytes") ?? "";
  return JSON.parse(Buffer.from(bytes, "base64").toString());
}
