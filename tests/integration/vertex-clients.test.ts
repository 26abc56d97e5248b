import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { at, textAt } from "../conformance/exchange.ts";
import { failure, json, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { encodeEvent, messageEvents, text, toolUse } from "../upstream/messages.ts";
import { type ChatUpstream, startChatUpstream } from "./chat-upstream.ts";

const HELLO = { content: [text("Hello, grüße 😀."), toolUse("Bash", { command: "ls" }, "t1")] };
const MODELS = "/projects/p-1/locations/us-east5/publishers/anthropic/models";
const MODEL = "claude-sonnet-4-5@20250929";
const BODY = `{"anthropic_version":"vertex-2023-10-16", "anthropic_beta":["interleaved-thinking-2025-05-14"] ,"max_tokens":64,"unknown":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`;
const OWN = { "x-api-key": "sk-ant-api03-the-callers-own" };
const GOOGLES = "ya29.a-persons-own-token";

describe("clients in Vertex's shape", () => {
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
        env: { GROQ_KEY: "gsk_0123456789" },
        config: `providers:\n  groq: { url: "${groq.url}/openai/v1", key: "env:GROQ_KEY" }\n`,
      }),
    );
  });
  after(async () => {
    await scope.disposeAsync();
  });

  const ask = async (path: string, headers: Readonly<Record<string, string>> = OWN, body = BODY) =>
    await fetch(`${gateway.url}/vertex${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
  const play = (responder: Responder): void => {
    upstream.reset();
    upstream.on(() => true, responder);
  };

  it("X-A20: a prediction is a Messages request, every other byte as it came", async () => {
    for (const version of ["", "/v1"]) {
      play(message(HELLO));
      const answer = await ask(`${version}${MODELS}/${MODEL}:rawPredict`);
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
      assert.equal(request.header("x-api-key"), "sk-ant-api03-the-callers-own");
    }
  });

  it("X-A20: a stream comes as the upstream told it, byte for byte, at any split", async () => {
    for (const splitEvery of [undefined, 1, 7]) {
      play(message(HELLO, splitEvery === undefined ? {} : { splitEvery }));
      const answer = await ask(`${MODELS}/claude-opus-5-5:streamRawPredict`);
      const told = await answer.text();
      assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
      const [id = ""] = /msg_\w+/.exec(told) ?? [];
      assert.equal(told, messageEvents(HELLO, "claude-opus-5-5", id).map(encodeEvent).join(""));
      assert.equal(at(upstream.requests[0]?.json(), "stream"), true);
      assert.equal(at(upstream.requests[0]?.json(), "model"), "claude-opus-5-5");
    }
  });

  it("X-A20: tokens are counted", async () => {
    play(json(200, { input_tokens: 17 }));
    const body =
      '{"anthropic_version":"vertex-2023-10-16","model":"claude-opus-5-5","messages":[]}';
    const answer = await ask(`${MODELS}/count-tokens:rawPredict`, OWN, body);
    assert.deepEqual(await answer.json(), { input_tokens: 17 });
    const [request] = upstream.requests;
    assert.equal(request?.target, "/v1/messages/count_tokens");
    assert.equal(request.body.toString(), '{"model":"claude-opus-5-5","messages":[]}');
  });

  it("errors are Anthropic's, as Vertex has them too", async () => {
    play(failure(429, "Slow down"));
    const answer = await ask(`${MODELS}/${MODEL}:streamRawPredict`);
    assert.equal(answer.status, 429);
    assert.equal(textAt(at(await answer.json(), "error"), "message"), "Slow down");
  });

  it("a model of another dialect answers in the same shape", async () => {
    const answer = await ask(`${MODELS}/groq%2Fllama-4:streamRawPredict`);
    const told = await answer.text();
    assert.match(told, /Hello from/);
    assert.match(told, /event: message_stop/);
  });

  it("R9, N-05: a token of Google's goes to nobody, alone or beside a credential that does", async () => {
    play(message(HELLO));
    const google = { authorization: `Bearer ${GOOGLES}` };
    const alone = await ask(`${MODELS}/${MODEL}:rawPredict`, google);
    assert.equal(alone.status, 403);
    assert.match(await alone.text(), /nothing that anthropic takes.*credential_missing/);
    assert.equal(upstream.requests.length, 0);
    const beside = await ask(`${MODELS}/${MODEL}:rawPredict`, { ...google, ...OWN });
    assert.equal(beside.status, 200);
    await beside.text();
    const [request] = upstream.requests;
    assert.equal(request?.header("x-api-key"), OWN["x-api-key"]);
    assert.equal(request.header("authorization"), undefined);
    const elsewhere = await ask(`${MODELS}/groq%2Fllama-4:rawPredict`, google);
    assert.equal(elsewhere.status, 200);
    await elsewhere.text();
    const all = [...upstream.requests.map(({ rawHeaders }) => rawHeaders.join()), ...seenBy(groq)];
    assert.ok(all.length >= 2);
    for (const headers of all) assert.doesNotMatch(headers, /ya29/);
  });

  it("of the rest of Vertex's API there is nothing, and nothing is passed on", async () => {
    play(message(HELLO));
    for (const path of ["", "/v1/projects/p/locations/l/endpoints", `${MODELS}/x:predict`]) {
      const answer = await ask(path);
      assert.equal(answer.status, 404, path);
      assert.match(await answer.text(), /Of Vertex's API there are/);
    }
    assert.equal(upstream.requests.length, 0);
  });
});

function seenBy(groq: ChatUpstream): readonly string[] {
  return groq.requests.map(({ headers }) => JSON.stringify(headers));
}
