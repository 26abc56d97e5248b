import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { at, textAt } from "../conformance/exchange.ts";
import { bytes, json, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { exceptionAnswer, invocation, isInvocation, onlySigned } from "../upstream/bedrock.ts";
import { converseApi } from "../upstream/converse.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text, toolUse } from "../upstream/messages.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";

const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SCOPE = { region: "ap-south-1", service: "bedrock" };
const MODEL = "in.anthropic.claude-haiku-4-5-20251001-v1:0";
const HELLO = { content: [text("Hello, grüße 😀."), toolUse("Bash", { command: "ls" }, "t1")] };
/** Odd spacing and unknown members, which have to survive. */
const ASKED = `{"model": "bedrock/${MODEL}", "max_tokens":64,"stream":true ,"unknown_field":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`;

class Scene implements AsyncDisposable {
  readonly upstream: AnthropicUpstream;
  readonly gateway: Gateway;
  readonly #scope: AsyncDisposableStack;

  constructor(upstream: AnthropicUpstream, gateway: Gateway, scope: AsyncDisposableStack) {
    this.upstream = upstream;
    this.gateway = gateway;
    this.#scope = scope;
  }

  async ask(body: string, headers: Readonly<Record<string, string>> = {}, path = "/v1/messages") {
    return await fetch(`${this.gateway.url}${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        authorization: "Bearer sk-ant-oat01-the-callers-own",
        ...headers,
      },
      body,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

/** A gateway whose Bedrock answers so, where it is signed for. */
async function openScene(
  responder: Responder,
  env: Readonly<Record<string, string>> = {
    AWS_ACCESS_KEY_ID: KEY.id,
    AWS_SECRET_ACCESS_KEY: KEY.secret,
  },
): Promise<Scene> {
  await using scope = new AsyncDisposableStack();
  const upstream = scope.use(await startAnthropicUpstream());
  upstream.on(() => true, onlySigned(responder, KEY, SCOPE));
  const gateway = scope.use(
    await startGateway({
      upstreamUrl: "http://127.0.0.1:9",
      env,
      config: `providers:\n  bedrock:\n    url: ${upstream.url}\n    aws: { region: ap-south-1 }\n`,
    }),
  );
  return new Scene(upstream, gateway, scope.move());
}

/** Who lends credentials, by what variables it is found, and what it says. */
interface Lender {
  readonly env: (url: string, tokenFile: string) => Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<string, string>>;
}

function xmlOf(role: Readonly<Record<string, string>>): string {
  const { Token: token = "", ...rest } = role;
  const elements = Object.entries({ ...rest, SessionToken: token });
  return `<Credentials>${elements.map(([name, value]) => `<${name}>${value}</${name}>`).join("")}</Credentials>`;
}

/** What the gateway recorded, once it has. */
async function eventOf(gateway: Gateway, id: string | null): Promise<Record<string, unknown>> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    const listed = await gateway.api("/me/activity/events?limit=20");
    const events = isObject(listed) ? listed["events"] : [];
    const event: unknown = Array.isArray(events)
      ? events.find((candidate) => at(candidate, "id") === id)
      : undefined;
    if (isObject(event) && event["finish"] !== null) return event;
    await sleep(50);
  }
  throw new Error(`no record of ${id}`);
}

describe("Claude on Bedrock", () => {
  let shared: Scene;
  before(async () => {
    shared = await openScene(invocation(HELLO));
  });
  after(async () => {
    await shared[Symbol.asyncDispose]();
  });
  /** The same gateway, whose Bedrock answers otherwise from now on. */
  const play = (responder: Responder): Scene => {
    shared.upstream.reset();
    shared.upstream.on(() => true, onlySigned(responder, KEY, SCOPE));
    return shared;
  };

  it("S4-04, S4-32: gets a client's own bytes as InvokeModelWithResponseStream takes them, signed", async () => {
    const scene = play(invocation(HELLO));
    const answer = await scene.ask(ASKED, {
      "anthropic-beta": "interleaved-thinking-2025-05-14,effort-2025-11-24",
    });
    assert.equal(answer.status, 200);
    await answer.text();
    const [request] = scene.upstream.requests;
    assert.equal(
      request?.target,
      "/model/in.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke-with-response-stream",
    );
    assert.equal(
      request.body.toString(),
      `{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14","effort-2025-11-24"],"max_tokens":64,"unknown_field":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`,
    );
    assert.equal(request.header("anthropic-beta"), undefined);
    assert.equal(request.header("content-length"), String(request.body.length));
    assert.doesNotMatch(request.rawHeaders.join(), /sk-ant-oat01/);
  });

  it("answers in Anthropic's events, each as Claude told it, wherever the network cut its frames", async () => {
    for (const splitEvery of [undefined, 1, 7]) {
      const scene = play(invocation(HELLO, splitEvery === undefined ? {} : { splitEvery }));
      const answer = await scene.ask(ASKED);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/event-stream/);
      assert.equal(answer.headers.get("x-spillway-provider"), "bedrock");
      const told = await answer.text();
      assert.match(told, /^event: message_start\ndata: \{"type":"message_start","message":/);
      assert.match(told, /Hello, grüße/);
      assert.ok(
        told.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n'),
        told.slice(-200),
      );
      const types = [...told.matchAll(/^event: (\w+)\ndata: \{"type":"(\w+)"/gm)];
      assert.ok(types.length > 8);
      assert.deepEqual(
        types.filter(([, event, type]) => event !== type),
        [],
      );
    }
  });

  it("answers whole where no stream is asked for, and names the model as it was asked for", async () => {
    const scene = play(invocation(HELLO));
    const answer = await scene.ask(ASKED.replace('"stream":true ,', ""));
    const body: unknown = await answer.json();
    assert.match(scene.upstream.requests[0]?.target ?? "", /\/invoke$/);
    assert.equal(textAt(body, "model"), `bedrock/${MODEL}`);
    assert.match(textAt(body, "id") ?? "", /^msg_bdrk_/);
  });

  it("records what it used, and whom it is billed to", async () => {
    const scene = play(invocation(HELLO));
    const answer = await scene.ask(ASKED);
    const id = answer.headers.get("x-spillway-request-id");
    await answer.text();
    const event = await eventOf(scene.gateway, id);
    const { provider, tokens, billing_owner, book, cost_nano_usd } = event;
    assert.deepEqual(
      { provider, tokens, billing_owner, book, cost_nano_usd },
      {
        provider: "bedrock",
        // A profile of a geography: 12 x 1.10, 14,000 x 0.11, 1,500 x 1.375 and 42 x 5.50 dollars for a million.
        cost_nano_usd: 3_846_700,
        tokens: {
          input_total: 15_512,
          input: 12,
          cache_read: 14_000,
          cache_write: 1_500,
          output: 42,
        },
        billing_owner: "local/bedrock/configuration",
        book: "api",
      },
    );
  });

  it("refuses to go without credentials, and says where it looked", async () => {
    await using scene = await openScene(invocation(HELLO), { AWS_EC2_METADATA_DISABLED: "true" });
    const answer = await scene.ask(ASKED);
    const body: unknown = await answer.json();
    assert.equal(answer.status, 502);
    assert.match(
      textAt(at(body, "error"), "message") ?? "",
      /AWS credentials.*cloud_credentials_unavailable/,
    );
    assert.equal(scene.upstream.requests.length, 0);
  });

  it("shows nobody how AWS refuses the gateway's own credentials", async () => {
    await using scene = await openScene(invocation(HELLO), {
      AWS_ACCESS_KEY_ID: KEY.id,
      AWS_SECRET_ACCESS_KEY: "another secret",
    });
    const answer = await scene.ask(ASKED);
    const told = await answer.text();
    assert.equal(scene.upstream.requests.length, 1);
    assert.equal(answer.status, 403);
    assert.match(told, /bedrock refuses this gateway itself.*stored_key_refused/);
    assert.doesNotMatch(told, /AKIA|123456789012/);
  });

  const errors = [
    [
      429,
      "ThrottlingException",
      "Too many requests",
      429,
      "rate_limit_error",
      /^Too many requests$/,
    ],
    [503, "ServiceUnavailableException", "Busy", 529, "overloaded_error", /^Busy$/],
    [429, "ModelNotReadyException", "Not yet", 529, "overloaded_error", /^Not yet$/],
    [
      400,
      "ValidationException",
      "max_tokens: too big",
      400,
      "invalid_request_error",
      /^max_tokens: too big$/,
    ],
    [
      400,
      "ValidationException",
      "Input is too long for requested model.",
      400,
      "invalid_request_error",
      /^prompt is too long: Input is too long/,
    ],
    [
      400,
      "ValidationException",
      "The provided model identifier is invalid.",
      404,
      "not_found_error",
      /^The provided model identifier is invalid/,
    ],
    [424, "ModelErrorException", "The model failed", 500, "api_error", /^The model failed$/],
  ] as const;

  for (const [status, name, words, toldStatus, type, message] of errors) {
    it(`says ${name} (${words}) as Anthropic says it`, async () => {
      const scene = play(exceptionAnswer(status, name, words));
      const answer = await scene.ask(ASKED);
      const body: unknown = await answer.json();
      assert.equal(answer.status, toldStatus);
      assert.equal(textAt(at(body, "error"), "type"), type);
      assert.match(textAt(at(body, "error"), "message") ?? "", message);
    });
  }

  it("says an exception in the middle of a stream as an error event, and nothing behind it", async () => {
    const exception = { name: "throttlingException", message: "Slow down", afterEvents: 4 };
    const scene = play(invocation(HELLO, {}, exception));
    const told = await (await scene.ask(ASKED)).text();
    assert.ok(
      told.endsWith(
        'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}\n\n',
      ),
      told,
    );
  });

  it("breaks off where a frame does not fit its checksum, and closes the connection", async () => {
    const honest = invocation(HELLO);
    const scene = play(async (request, serial) => {
      const answer = await honest(request, serial);
      const [first = Buffer.alloc(0), second = Buffer.alloc(0), ...rest] = answer.pieces;
      const damaged = Buffer.from(second);
      damaged.writeUInt8(damaged.readUInt8(40) ^ 1, 40);
      return { ...answer, pieces: [first, damaged, ...rest] };
    });
    const answer = await scene.ask(ASKED);
    await assert.rejects(answer.text());
    const [request] = scene.upstream.requests;
    assert.ok(request !== undefined);
    await scene.upstream.waitForEnd(request);
  });

  it("has Bedrock count, by the model's own id, and estimates where the model does not count", async () => {
    const scene = play(json(200, { inputTokens: 42 }));
    const counted = await scene.ask(ASKED, {}, "/v1/messages/count_tokens");
    assert.deepEqual(await counted.json(), { input_tokens: 42 });
    const [request] = scene.upstream.requests;
    assert.equal(request?.target, "/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/count-tokens");
    const base64 = textAt(at(at(request.json(), "input"), "invokeModel"), "body") ?? "";
    const inside: unknown = JSON.parse(Buffer.from(base64, "base64").toString());
    assert.equal(textAt(inside, "anthropic_version"), "bedrock-2023-05-31");
    assert.equal(at(inside, "model"), undefined);
    play(
      exceptionAnswer(
        400,
        "ValidationException",
        "The provided model doesn't support counting tokens.",
      ),
    );
    const estimated = await scene.ask(ASKED, {}, "/v1/messages/count_tokens");
    assert.equal(estimated.headers.get("x-spillway-usage-source"), "estimated");
    assert.ok(Number(at(await estimated.json(), "input_tokens")) > 0);
  });

  it("unpacks a packed body, for it is edited", async () => {
    const scene = play(invocation(HELLO));
    const answer = await fetch(`${scene.gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "content-encoding": "gzip", "x-api-key": "sk-ant-api03-own" },
      body: gzipSync(ASKED),
    });
    assert.equal(answer.status, 200, await answer.text());
    const [request] = scene.upstream.requests;
    assert.equal(request?.header("content-encoding"), undefined);
    assert.match(request?.body.toString() ?? "", /^\{"anthropic_version":"bedrock-2023-05-31",/);
  });

  it("closes the call when the client leaves its stream", async () => {
    const scene = play(invocation(HELLO, { stallAfterBytes: 900 }));
    const leaving = new AbortController();
    const answer = await fetch(`${scene.gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": "sk-ant-api03-own" },
      body: ASKED,
      signal: leaving.signal,
    });
    const reader = answer.body?.getReader();
    await reader?.read();
    leaving.abort();
    const [request] = scene.upstream.requests;
    assert.ok(request !== undefined);
    await scene.upstream.waitForEnd(request);
    assert.equal(request.aborted, true);
  });

  it("never ends cleanly when Bedrock is lost within a frame", async () => {
    for (const delivery of [{ resetAfterBytes: 1_000 }, { cutAfterBytes: 1_000 }]) {
      const scene = play(invocation(HELLO, delivery));
      const answer = await scene.ask(ASKED);
      const decoder = new TextDecoder();
      let told = "";
      await assert.rejects(async () => {
        for await (const chunk of answer.body ?? [])
          told += decoder.decode(chunk, { stream: true });
      });
      assert.match(told, /message_start/);
      // Everything that was told is whole events, the last of which says what went wrong.
      assert.match(told, /event: error\ndata: \{"type":"error".*\}\n\n$/);
    }
  });

  it("answers a client of another dialect with Claude, in its own words", async () => {
    const scene = play(invocation(HELLO));
    const body = {
      model: `bedrock/${MODEL}`,
      stream: true,
      messages: [{ role: "user", content: "Hi" }],
    };
    const headers = { authorization: "Bearer sk-some-openai-key" };
    const answer = await scene.ask(JSON.stringify(body), headers, "/v1/chat/completions");
    const told = await answer.text();
    assert.equal(answer.status, 200, told);
    assert.match(told, /"tool_calls".*data: \[DONE\]/s);
    assert.match(scene.upstream.requests[0]?.target ?? "", /\/invoke-with-response-stream$/);
    play(exceptionAnswer(429, "ThrottlingException", "Too many requests"));
    const refused = await scene.ask(JSON.stringify(body), headers, "/v1/chat/completions");
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /Too many requests/);
  });

  it("speaks to other models by Converse, signed", async () => {
    const scene = play(converseApi.answer({ text: "Hello from Nova." }));
    const asked = ASKED.replace(MODEL, "amazon.nova-2-lite-v1:0");
    const told = await (await scene.ask(asked)).text();
    const texts = [...told.matchAll(/"text_delta","text":"([^"]*)"/g)].map(([, piece]) => piece);
    assert.equal(texts.join(""), "Hello from Nova.");
    const [request] = scene.upstream.requests;
    assert.equal(request?.target, "/model/amazon.nova-2-lite-v1%3A0/converse-stream");
    assert.equal(request.header("accept"), "application/vnd.amazon.eventstream");
  });

  const role = {
    AccessKeyId: KEY.id,
    SecretAccessKey: KEY.secret,
    Token: "a-session-token",
    Expiration: new Date(Date.now() + 3_600_000).toISOString(),
  };
  const lenders: Readonly<Record<string, Lender>> = {
    "STS, for a token of a cluster's": {
      env: (url, file) => ({
        AWS_WEB_IDENTITY_TOKEN_FILE: file,
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/r",
        AWS_ENDPOINT_URL_STS: `${url}/sts`,
      }),
      paths: { "/sts": xmlOf(role) },
    },
    "a container's agent": {
      env: (url) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${url}/agent` }),
      paths: { "/agent": JSON.stringify(role) },
    },
    "the instance": {
      env: (url) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: url }),
      paths: {
        "/latest/api/token": "session",
        "/latest/meta-data/iam/security-credentials/": "r",
        "/latest/meta-data/iam/security-credentials/r": JSON.stringify(role),
      },
    },
  };
  for (const [name, { env, paths }] of Object.entries(lenders)) {
    it(`signs with what ${name} lends, asked for once`, async () => {
      await using scope = new AsyncDisposableStack();
      const upstream = scope.use(await startAnthropicUpstream());
      upstream.on(
        isInvocation,
        onlySigned(invocation(HELLO), { ...KEY, token: role.Token }, SCOPE),
      );
      const isLender = ({ target }: RecordedRequest) => Object.hasOwn(paths, target);
      upstream.on(isLender, (request, serial) =>
        bytes(200, "text/plain", [paths[request.target] ?? ""])(request, serial),
      );
      const home = await mkdtemp(join(tmpdir(), "spillway-bedrock-"));
      scope.defer(async () => await rm(home, { recursive: true, force: true }));
      await writeFile(join(home, "token"), "eyJ.of.the.cluster");
      const gateway = scope.use(
        await startGateway({
          upstreamUrl: "http://127.0.0.1:9",
          env: { ...env(upstream.url, join(home, "token")), AWS_REGION: SCOPE.region },
          config: `providers:\n  bedrock:\n    url: ${upstream.url}\n`,
        }),
      );
      const scene = new Scene(upstream, gateway, new AsyncDisposableStack());
      const answers = await Promise.all([scene.ask(ASKED), scene.ask(ASKED), scene.ask(ASKED)]);
      for (const answer of answers) {
        assert.equal(answer.status, 200, await answer.text());
      }
      assert.equal(upstream.requests.filter(isLender).length, Object.keys(paths).length);
    });
  }

  it("takes a Bedrock API key of the environment, and signs nothing then", async () => {
    await using scope = new AsyncDisposableStack();
    const upstream = scope.use(await startAnthropicUpstream());
    upstream.on(isInvocation, invocation(HELLO));
    const gateway = scope.use(
      await startGateway({
        upstreamUrl: "http://127.0.0.1:9",
        env: { AWS_BEARER_TOKEN_BEDROCK: "bedrock-api-key-0123456789", AWS_REGION: "eu-west-1" },
        config: `providers:\n  bedrock:\n    url: ${upstream.url}\n`,
      }),
    );
    const scene = new Scene(upstream, gateway, scope.move());
    await using _ = scene;
    await (await scene.ask(ASKED)).text();
    const [request] = upstream.requests;
    assert.deepEqual(request?.headers("authorization"), ["Bearer bedrock-api-key-0123456789"]);
    assert.equal(request.header("x-amz-date"), undefined);
  });
});
