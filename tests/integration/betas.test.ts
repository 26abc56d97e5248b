import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { askOwner } from "../clients/stored-key.ts";
import { at, textAt } from "../conformance/exchange.ts";
import { failure, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { exceptionAnswer, invocation } from "../upstream/bedrock.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text, thinking } from "../upstream/messages.ts";
import { listAt } from "../upstream/model-api.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";

const HELLO = { content: [text("Hello.")] };
const OWN = "sk-ant-oat01-the-callers-own";
const MODEL = "us.anthropic.claude-opus-5-5";

/** What a server knows of betas, and the members that it takes with each. */
interface Strictness {
  readonly betas: readonly string[];
  readonly members: readonly string[];
  /** The words in which it refuses. */
  readonly words: (betas: readonly string[]) => string;
  readonly refuse: (words: string) => Responder;
  readonly answer: Responder;
}

const USUAL = [
  "model",
  "max_tokens",
  "messages",
  "stream",
  "system",
  "anthropic_version",
  "anthropic_beta",
];

/** Refuses what it does not know, as the clouds do: first for the betas, then for the members that came with them. */
function strictly({ betas, members, words, refuse, answer }: Strictness): Responder {
  return (request, serial) => {
    const strange = betasOf(request).filter((beta) => !betas.includes(beta));
    if (strange.length > 0) return refuse(words(strange))(request, serial);
    const body: unknown = request.json();
    const known = [...USUAL, ...members];
    const extra = isObject(body)
      ? Object.keys(body).find((name) => !known.includes(name))
      : undefined;
    if (extra !== undefined) {
      return refuse(`${extra}: Extra inputs are not permitted`)(request, serial);
    }
    if (request.body.includes('"scope"')) {
      return refuse("system.0.cache_control.ephemeral.scope: Extra inputs are not permitted")(
        request,
        serial,
      );
    }
    return answer(request, serial);
  };
}

function betasOf(request: RecordedRequest): readonly string[] {
  const field = request.headers("anthropic-beta").flatMap((value) => value.split(","));
  return [
    ...field.map((beta) => beta.trim()),
    ...listAt(request.json(), "anthropic_beta").map(String),
  ];
}

const TAKEN = ["interleaved-thinking-2025-05-14", "context-management-2025-06-27"];

const BEDROCK = strictly({
  betas: TAKEN,
  members: ["context_management"],
  words: () => "invalid beta flag",
  refuse: (words) => exceptionAnswer(400, "ValidationException", words),
  answer: invocation(HELLO),
});
const FOUNDRY = strictly({
  betas: TAKEN,
  members: ["context_management"],
  words: (betas) =>
    `Unexpected value(s) ${betas.map((beta) => `\`${beta}\``).join(", ")} for the \`anthropic-beta\` header. Please consult our documentation at docs.anthropic.com or try again without the header.`,
  refuse: (words) => failure(400, words),
  answer: message(HELLO),
});

describe("betas that an upstream does not know", () => {
  let upstream: AnthropicUpstream;
  let gateway: Gateway;
  const scope = new AsyncDisposableStack();
  before(async () => {
    upstream = scope.use(await startAnthropicUpstream());
    const { url } = upstream;
    gateway = scope.use(
      await startGateway({
        upstreamUrl: url,
        env: {
          AWS_ACCESS_KEY_ID: "AKIA",
          AWS_SECRET_ACCESS_KEY: "secret",
          FOUNDRY: "foundry-key-of-the-test",
        },
        config: JSON.stringify({
          providers: {
            bedrock: { url: `${url}/aws`, aws: { region: "us-east-1" } },
            foundry: { url: `${url}/foundry/anthropic`, key: "env:FOUNDRY" },
            mine: { kind: "anthropic-compatible", url: `${url}/mine` },
          },
        }),
      }),
    );
  });
  after(async () => {
    await scope.disposeAsync();
  });

  const play = (responder: Responder): void => {
    upstream.reset();
    upstream.on(() => true, responder);
  };

  const ask = async (body: string, betas: readonly string[]): Promise<Response> =>
    await fetch(`${gateway.url}/v1/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": betas.join(","),
        authorization: `Bearer ${OWN}`,
      },
      body,
    });

  /** What the record says of how a request went. */
  const decisionOf = async (answer: Response): Promise<string> => {
    const id = answer.headers.get("x-spillway-request-id");
    for (let waited = 0; waited < 10_000; waited += 50) {
      const record = await askOwner(gateway, "GET", `/control/exchanges/${id}`).catch(() => ({}));
      const decision = textAt(record, "decision");
      if (decision !== undefined) return decision;
      await sleep(50);
    }
    throw new Error(`no record of ${id}`);
  };

  it("S4-60: one that Bedrock does not know goes with its field, and the second request is clean", async () => {
    play(BEDROCK);
    const model = `bedrock/${MODEL}`;
    const body = `{"model":"${model}", "max_tokens":64,
  "diagnostics": {"previous_message_id":null} ,"context_management":{"edits":[]},"stream":true,
  "messages":[{"role":"user","content":"Say \\u00e9."}]}`;
    const betas = [...TAKEN, "cache-diagnosis-2026-04-07"];
    const answer = await ask(body, betas);
    assert.equal(answer.status, 200, await answer.text());
    const lossy = "anthropic-beta=cache-diagnosis-2026-04-07,diagnostics";
    assert.equal(answer.headers.get("x-spillway-lossy"), lossy);
    assert.equal(upstream.requests.length, 2);
    assert.equal(
      upstream.requests[1]?.body.toString(),
      `{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14","context-management-2025-06-27"],"max_tokens":64,
  "context_management":{"edits":[]},"messages":[{"role":"user","content":"Say \\u00e9."}]}`,
    );
    const decision = await decisionOf(answer);
    assert.match(
      decision,
      /asked anew without anthropic-beta=cache-diagnosis-2026-04-07, diagnostics/,
    );

    const again = await ask(body, betas);
    await again.text();
    assert.equal(upstream.requests.length, 3, "the next request goes without it at once");
    assert.equal(again.headers.get("x-spillway-lossy"), lossy);
    assert.deepEqual(upstream.requests[2]?.body, upstream.requests[1]?.body);
  });

  it("S4-60: one that Bedrock is known to refuse is never sent, nor what belongs to it", async () => {
    play(BEDROCK);
    const body = `{"model":"bedrock/${MODEL}","max_tokens":64,"system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral","scope":"global"}}],"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await ask(body, [
      TAKEN[0] ?? "",
      "prompt-caching-scope-2026-01-05",
      "oauth-2025-04-20",
    ]);
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(upstream.requests.length, 1);
    assert.equal(
      upstream.requests[0]?.body.toString(),
      `{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14"],"max_tokens":64,"system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"Hi"}]}`,
    );
    assert.match(
      await decisionOf(answer),
      /left out in its dialect: .*system\[\]\.cache_control\.scope/,
    );
  });

  it("goes without what Foundry names, byte for byte but for that", async () => {
    play(FOUNDRY);
    const body = `{"model":"foundry/my-opus","max_tokens":64,"stream":true,"speed":"fast", "output_config": {"effort":"low"},"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await ask(body, ["effort-2025-11-24", "fast-mode-2026-02-01", ...TAKEN]);
    assert.equal(answer.status, 200, await answer.text());
    assert.deepEqual(
      upstream.requests.map(({ body: sent }) => sent.toString()),
      [
        `{"model":"my-opus","max_tokens":64,"stream":true,"output_config": {"effort":"low"},"messages":[{"role":"user","content":"Hi"}]}`,
        `{"model":"my-opus","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hi"}]}`,
      ],
    );
    assert.deepEqual(
      upstream.requests.map((request) => request.header("anthropic-beta")),
      [["effort-2025-11-24", ...TAKEN].join(), TAKEN.join()],
    );
  });

  it("finds out what a beta that nobody here knows brought along", async () => {
    play(FOUNDRY);
    const body = `{"model":"mine/claude-opus-5-5","max_tokens":64,"newest_thing":{"a":[1]},"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await ask(body, [...TAKEN, "newest-thing-2026-12-01"]);
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(
      upstream.requests.at(-1)?.body.toString(),
      `{"model":"claude-opus-5-5","max_tokens":64,"messages":[{"role":"user","content":"Hi"}]}`,
    );
    assert.equal(
      answer.headers.get("x-spillway-lossy"),
      "anthropic-beta=newest-thing-2026-12-01,newest_thing",
    );
  });

  it("is shown the refusal where a beta and its field cannot go, and both are still there", async () => {
    play(FOUNDRY);
    const body = `{"model":"foundry/my-opus","max_tokens":64,"output_config":{"format":{"type":"json_schema","schema":{}}},"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await ask(body, ["structured-outputs-2025-12-15"]);
    const told: unknown = await answer.json();
    assert.equal(answer.status, 400);
    assert.match(textAt(told, "error", "message") ?? "", /structured-outputs-2025-12-15/);
    assert.equal(upstream.requests.length, 1);
    assert.equal(answer.headers.get("x-spillway-lossy"), null);
  });

  it("shows what is refused for another reason as it came, once", async () => {
    const words = "max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens";
    play(failure(400, words));
    const direct = await fetch(`${upstream.url}/v1/messages`, { method: "POST", body: "{}" });
    const expected = await direct.text();
    upstream.reset();
    play(failure(400, words));
    const body = `{"model":"foundry/my-opus","max_tokens":64001,"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await ask(body, TAKEN);
    assert.equal((await answer.text()).replace(/req_\w+/, ""), expected.replace(/req_\w+/, ""));
    assert.equal(upstream.requests.length, 1);
  });

  it("law 1: takes nothing from a request to Anthropic, and shows its refusal", async () => {
    play(FOUNDRY);
    const body = `{"model":"claude-opus-5-5","max_tokens":64,"speed":"fast","messages":[{"role":"user","content":"Hi"}]}`;
    const betas = ["fast-mode-2026-02-01", "context-1m-2025-08-07"];
    const answer = await ask(body, betas);
    assert.equal(answer.status, 400, await answer.text());
    assert.equal(upstream.requests.length, 1);
    assert.equal(upstream.requests[0]?.body.toString(), body);
    assert.equal(upstream.requests[0]?.header("anthropic-beta"), betas.join());
  });

  it("law 1: what Claude thought in Foundry goes on to Anthropic, whatever the deployment is called", async () => {
    const proof = "c2lnbmVkLWJ5LWNsYXVkZS1pbi1mb3VuZHJ5";
    play(message({ content: [thinking("Hm.", proof), text("Hello.")] }));
    const hi = { role: "user", content: "Hi" };
    await (
      await ask(JSON.stringify({ model: "foundry/mine", max_tokens: 64, messages: [hi] }), [])
    ).text();
    const thought = {
      role: "assistant",
      content: [{ type: "thinking", thinking: "Hm.", signature: proof }],
    };
    const body = JSON.stringify({
      model: "claude-opus-5-5",
      max_tokens: 64,
      messages: [hi, thought, hi],
    });
    await (await ask(body, TAKEN)).text();
    assert.equal(upstream.requests[1]?.body.toString(), body);
  });

  it("S4-60: a client in Bedrock's shape is treated alike", async () => {
    play(FOUNDRY);
    const body = `{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["interleaved-thinking-2025-05-14","task-budgets-2026-03-13"],"max_tokens":64,"output_config":{"task_budget":{"tokens":9}},"messages":[{"role":"user","content":"Hi"}]}`;
    const answer = await fetch(`${gateway.url}/bedrock/model/mine%2Fclaude-opus-5-5/invoke`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${OWN}` },
      body,
    });
    assert.equal(answer.status, 200, await answer.text());
    const [, second] = upstream.requests;
    assert.equal(second?.header("anthropic-beta"), "interleaved-thinking-2025-05-14");
    assert.equal(at(second.json(), "output_config"), undefined);
  });
});
