import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { issueKey, storeKey } from "../clients/stored-key.ts";
import { at } from "../conformance/exchange.ts";
import {
  call,
  events,
  eventually,
  explain,
  finishedEvent,
  idOf,
  startTestGateway,
} from "../fault/rig.ts";
import { failure } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { runProgram } from "./program.ts";
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  startScriptedUpstream,
} from "./scripted-upstream.ts";

const KEY = "a-key-of-the-configuration";
const VERSION = { "anthropic-version": "2023-06-01" };
const OWN_KEY = "sk-ant-api03-of-a-caller";
const ANTHROPIC = { ...VERSION, "x-api-key": OWN_KEY };
const SESSION_TOKEN = "sk-ant-oat01-of-a-caller";
const SESSION = { ...VERSION, authorization: `Bearer ${SESSION_TOKEN}` };
const OPENAI = { authorization: "Bearer sk-of-a-caller" };
const GOOGLE = { "x-goog-api-key": "AIza-of-a-caller" };

const OPUS = {
  type: "model",
  id: "claude-opus-5-5",
  display_name: "Claude Opus 5.5",
  created_at: "2026-10-01T00:00:00Z",
  max_input_tokens: 200_000,
};
const HAIKU = { ...OPUS, id: "claude-haiku-5-5", display_name: "Claude Haiku 5.5" };
const LLAMA = { id: "meta/llama-4", object: "model", created: 1_764_000_000, owned_by: "meta" };
const LLAMA_ENTRY = {
  type: "model",
  id: "claude-spillway-groq/meta/llama-4",
  display_name: "groq/meta/llama-4",
  created_at: "2025-11-24T16:00:00Z",
};

type Script = (request: ScriptedRequest) => ScriptedAnswer | undefined;

interface Bench extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly requests: readonly ScriptedRequest[];
  readonly to: (name: string) => readonly ScriptedRequest[];
  readonly get: (
    path: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<Awaited<ReturnType<typeof call>>>;
}

function page(...data: readonly object[]): ScriptedAnswer {
  const ids = data.map((item) => at(item, "id") ?? null);
  return { json: { data, has_more: false, first_id: ids.at(0), last_id: ids.at(-1) } };
}

function usual({ target }: ScriptedRequest): ScriptedAnswer {
  if (target.startsWith("/anthropic/v1/models/")) return { json: OPUS };
  if (target.startsWith("/anthropic/v1/models")) return page(OPUS, HAIKU);
  if (target.startsWith("/groq/models")) return { json: { object: "list", data: [LLAMA] } };
  if (target.startsWith("/gemini/")) {
    const methods = { supportedGenerationMethods: ["generateContent"] };
    return {
      json: { models: [{ name: "models/gemini-3-pro", displayName: "Gemini 3", ...methods }] },
    };
  }
  return { status: 404, json: { error: "no such path" } };
}

/** A gateway, Anthropic and all providers one scripted server, each under a path of its own. */
async function openBench(
  options: {
    readonly script?: Script;
    readonly providers?: readonly string[];
    readonly config?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** A variable with the URL of a provider. */
    readonly urlVariable?: { readonly name: string; readonly provider: string };
  } = {},
): Promise<Bench> {
  const {
    script = () => undefined,
    providers = ["groq", "gemini"],
    config = "",
    env = {},
    urlVariable,
  } = options;
  await using opening = new AsyncDisposableStack();
  const upstream = opening.use(
    await startScriptedUpstream((request) => script(request) ?? usual(request)),
  );
  const entries = providers.map(
    (id) => `  ${id}: { url: "${upstream.url}/${id}", key: "env:A_KEY" }\n`,
  );
  const gateway = opening.use(
    await startTestGateway(`${upstream.url}/anthropic`, {
      config: `${providers.length > 0 ? "providers:\n" : ""}${entries.join("")}${config}`,
      env: {
        A_KEY: KEY,
        ...env,
        ...(urlVariable === undefined
          ? {}
          : { [urlVariable.name]: `${upstream.url}/${urlVariable.provider}` }),
      },
    }),
  );
  const scope = opening.move();
  return {
    gateway,
    requests: upstream.requests,
    to: (name) => upstream.requests.filter(({ target }) => target.startsWith(`/${name}/`)),
    get: async (path, headers) => await call(gateway, { method: "GET", path, headers }),
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

function idsOf(answer: { readonly status: number; readonly body: Buffer }): readonly unknown[] {
  const text = answer.body.toString();
  assert.equal(answer.status, 200, text);
  const list: unknown = JSON.parse(text);
  const entries = at(list, "data") ?? at(list, "models");
  assert.ok(Array.isArray(entries), text);
  return entries.map((entry) => at(entry, "id") ?? at(entry, "name"));
}

const CLAUDE = [OPUS.id, HAIKU.id];
const OTHERS = ["groq/meta/llama-4", "gemini/gemini-3-pro"];
const WRAPPED = OTHERS.map((id) => `claude-spillway-${id}`);

describe("the list of models while Anthropic is alone", () => {
  it("S1-006 goes through byte for byte", async () => {
    const text = `{ "data": [ ${JSON.stringify(OPUS)} ],\n "has_more" : false, "odd": 1.0 }`;
    await using bench = await openBench({ providers: [], script: () => ({ text }) });
    for (const path of ["/v1/models?limit=7&beta=true", "/anthropic/v1/models?limit=7&beta=true"]) {
      const answer = await bench.get(path, ANTHROPIC);
      assert.equal(answer.body.toString(), text);
      assert.equal(bench.requests.at(-1)?.target, "/anthropic/v1/models?limit=7&beta=true");
    }
  });

  it("is filtered for a key that is for some models only (S4-40, X-F6)", async () => {
    await using bench = await openBench({ providers: [] });
    const { secret } = await issueKey(bench.gateway, { name: "some", models: ["claude-opus-*"] });
    const keyed = { ...ANTHROPIC, "x-spillway-key": secret };
    assert.deepEqual(idsOf(await bench.get("/v1/models", keyed)), [OPUS.id]);
    assert.equal((await bench.get(`/v1/models/${OPUS.id}`, keyed)).status, 200);
    const hidden = await bench.get(`/v1/models/${HAIKU.id}`, keyed);
    assert.equal(hidden.status, 404);
    assert.match(hidden.body.toString(), /not_found_error.*no such model/);
    assert.ok(!JSON.stringify(bench.requests).includes(secret));
  });

  it("is made here for clients of OpenAI's and Gemini's dialects", async () => {
    await using bench = await openBench({ providers: [] });
    const bearer = { authorization: `Bearer ${SESSION_TOKEN}` };
    assert.deepEqual(idsOf(await bench.get("/openai/v1/models", bearer)), CLAUDE);
    assert.equal(bench.requests[0]?.headers.authorization, bearer.authorization);
    assert.equal(bench.requests[0]?.headers["anthropic-version"], "2023-06-01");
    const known = idsOf(await bench.get("/v1beta/models", GOOGLE));
    assert.ok(known.includes("models/claude-opus-5-5") && known.length > 10);
    assert.equal(bench.requests.length, 1);
  });
});

describe("the merged list of models", () => {
  it("S1-054, S1-055, S1-058, S1-061, X-R9 has Anthropic's, then the others', in Anthropic's shape", async () => {
    await using bench = await openBench();
    const answer = await bench.get("/v1/models?limit=3&beta=true", ANTHROPIC);
    const list: unknown = JSON.parse(answer.body.toString());
    assert.deepEqual(list, {
      data: [
        OPUS,
        HAIKU,
        LLAMA_ENTRY,
        {
          type: "model",
          id: "claude-spillway-gemini/gemini-3-pro",
          display_name: "gemini/gemini-3-pro",
          created_at: "2025-01-01T00:00:00Z",
        },
      ],
      has_more: false,
      first_id: OPUS.id,
      last_id: "claude-spillway-gemini/gemini-3-pro",
    });
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["x-spillway-provider"], "anthropic");
  });

  it("X-R5 asks everybody with the credential that is for them, and for bytes that can be read", async () => {
    await using bench = await openBench();
    await bench.get("/v1/models?limit=3&beta=true", ANTHROPIC);
    const [anthropic] = bench.to("anthropic");
    assert.equal(anthropic?.target, "/anthropic/v1/models?beta=true&limit=1000");
    assert.equal(anthropic?.headers["x-api-key"], OWN_KEY);
    assert.equal(bench.to("groq")[0]?.headers.authorization, `Bearer ${KEY}`);
    assert.equal(bench.to("gemini")[0]?.headers["x-goog-api-key"], KEY);
    for (const { headers } of bench.requests) assert.equal(headers["accept-encoding"], "identity");
    const others = [...bench.to("groq"), ...bench.to("gemini")];
    assert.ok(!JSON.stringify(others.map(({ headers }) => headers)).includes("of-a-caller"));
  });

  it("is the same in every dialect, each by the names that it knows", async () => {
    await using bench = await openBench();
    const { secret } = await issueKey(bench.gateway, { name: "all" });
    await storeKey(bench.gateway);
    const bearer = { authorization: `Bearer ${secret}` };
    const gemini = [...CLAUDE, ...OTHERS].map((id) => `models/${id}`);
    assert.deepEqual(idsOf(await bench.get("/v1/models", { ...VERSION, ...bearer })), [
      ...CLAUDE,
      ...WRAPPED,
    ]);
    for (const path of ["/v1/models", "/openai/v1/models"]) {
      assert.deepEqual(idsOf(await bench.get(path, bearer)), [...CLAUDE, ...OTHERS]);
    }
    for (const path of ["/v1beta/models", "/genai/v1beta/models", "/v1/models"]) {
      const key = { "x-goog-api-key": secret };
      assert.deepEqual(idsOf(await bench.get(path, key)), gemini);
    }
    assert.ok(!JSON.stringify(bench.requests).includes(secret));
  });

  it("gives one model by its id", async () => {
    await using bench = await openBench();
    const one = async (path: string, headers: Readonly<Record<string, string>>) => {
      const answer = await bench.get(path, headers);
      const value: unknown = JSON.parse(answer.body.toString());
      return [answer.status, at(value, "id") ?? at(value, "name") ?? at(value, "error", "code")];
    };
    const wrapped = encodeURIComponent(LLAMA_ENTRY.id);
    assert.deepEqual(await one(`/v1/models/${wrapped}`, ANTHROPIC), [200, LLAMA_ENTRY.id]);
    assert.deepEqual(await one("/v1/models/groq%2Fmeta%2Fllama-4", ANTHROPIC), [
      200,
      LLAMA_ENTRY.id,
    ]);
    assert.deepEqual(await one("/v1/models/groq/meta/llama-4", OPENAI), [200, "groq/meta/llama-4"]);
    assert.deepEqual(await one("/openai/v1/models/none", OPENAI), [404, "not_found"]);
    const name = "models/groq/meta/llama-4";
    const google = { authorization: "Bearer ya29.of-a-caller" };
    assert.deepEqual(await one(`/v1beta/${name}`, google), [200, name]);
    assert.deepEqual(await one("/v1beta/models/none", google), [404, 404]);
  });

  it("S1-054 leaves one of Anthropic's own to Anthropic", async () => {
    await using bench = await openBench();
    const answer = await bench.get("/v1/models/claude-opus-5-5%5B1m%5D?beta=true", ANTHROPIC);
    assert.deepEqual(JSON.parse(answer.body.toString()), OPUS);
    assert.deepEqual(
      bench.requests.map(({ target }) => target),
      ["/anthropic/v1/models/claude-opus-5-5%5B1m%5D?beta=true"],
    );
  });

  it("S1-056 hands on Anthropic's refusal of the caller's own credential, and asks nobody else", async () => {
    const text =
      '{"type":"error", "error":{"type":"authentication_error","message":"invalid x-api-key"}}';
    const headers = { "request-id": "req_1", "x-odd": "1" };
    await using bench = await openBench({
      script: ({ target }) =>
        target.startsWith("/anthropic/") ? { status: 401, text, headers } : undefined,
    });
    const answer = await bench.get("/v1/models", ANTHROPIC);
    assert.equal(answer.status, 401);
    assert.equal(answer.body.toString(), text);
    assert.equal(answer.headers["request-id"], "req_1");
    assert.equal(answer.headers["x-odd"], "1");
    assert.equal(bench.requests.length, 1);
    assert.equal((await finishedEvent(bench.gateway, idOf(answer)))["status"], 401);
  });

  it("hands on what Anthropic says to a client without any credential", async () => {
    await using bench = await openBench({
      script: ({ target }) =>
        target.startsWith("/anthropic/") ? { status: 401, json: {} } : undefined,
    });
    assert.equal((await bench.get("/v1/models", VERSION)).status, 401);
    assert.equal(bench.requests.length, 1);
  });

  it("has the Claude models that are known where nobody can ask for them", async () => {
    await using bench = await openBench();
    const { secret } = await issueKey(bench.gateway, { name: "without a session" });
    const ids = idsOf(await bench.get("/v1/models", { ...VERSION, "x-spillway-key": secret }));
    assert.ok(ids.includes("claude-opus-4-8") && ids.includes("claude-haiku-4-5"));
    assert.deepEqual(ids.slice(-2), WRAPPED);
    assert.equal(bench.to("anthropic").length, 0);
    const program = idsOf(await bench.get("/openai/v1/models", {}));
    assert.ok(program.length > 10, "one that brings nothing is told what everybody knows");
    assert.ok(!program.includes("groq/meta/llama-4"));
  });

  it("S1-062 has what stands on later pages, and packed ones, too", async () => {
    await using bench = await openBench({
      script: ({ target }) => {
        if (!target.startsWith("/anthropic/")) return undefined;
        if (target.includes("after_id")) return page(HAIKU);
        return { json: { data: [OPUS], has_more: true, first_id: OPUS.id, last_id: OPUS.id } };
      },
    });
    assert.deepEqual(idsOf(await bench.get("/v1/models", ANTHROPIC)), [...CLAUDE, ...WRAPPED]);
    assert.equal(
      bench.to("anthropic")[1]?.target,
      "/anthropic/v1/models?limit=1000&after_id=claude-opus-5-5",
    );
  });

  it("knows Claude's models by itself where Anthropic's list cannot be read", async () => {
    const packed = gzipSync("{}").toString("latin1");
    for (const text of [packed, "rubbish", '{"data":7}']) {
      await using bench = await openBench({
        script: ({ target }) => (target.startsWith("/anthropic/") ? { text } : undefined),
      });
      const ids = idsOf(await bench.get("/v1/models", ANTHROPIC));
      assert.ok(ids.length > 10 && ids.includes(OPUS.id));
    }
  });

  it("S1-057 reads the subscription's limits, and shows them, as on any other answer", async () => {
    const prefix = "anthropic-ratelimit-unified";
    const limits = {
      [`${prefix}-5h-utilization`]: "0.37",
      [`${prefix}-5h-reset`]: "1999999999",
      [`${prefix}-7d-utilization`]: "0.12",
      [`${prefix}-7d-reset`]: "1999999999",
    };
    await using bench = await openBench({
      script: ({ target }) =>
        target.startsWith("/anthropic/") ? { ...page(OPUS), headers: limits } : undefined,
    });
    const answer = await bench.get("/v1/models", SESSION);
    assert.equal(answer.headers[`${prefix}-5h-utilization`], "0.37");
    const quota = await eventually(async () => {
      const text = JSON.stringify(await bench.gateway.api("/me/quota"));
      return text.includes("37") ? text : undefined;
    }, "the session's windows");
    assert.match(quota, /37/);
  });

  it("is filtered by key in every dialect (S4-40, X-F6)", async () => {
    await using bench = await openBench();
    const { secret } = await issueKey(bench.gateway, { name: "some", models: ["groq/*"] });
    const anthropic = { ...ANTHROPIC, "x-spillway-key": secret };
    assert.deepEqual(idsOf(await bench.get("/v1/models", anthropic)), [LLAMA_ENTRY.id]);
    const bearer = { authorization: `Bearer ${secret}` };
    assert.deepEqual(idsOf(await bench.get("/v1/models", bearer)), ["groq/meta/llama-4"]);
    const google = { "x-goog-api-key": secret };
    assert.deepEqual(idsOf(await bench.get("/v1beta/models", google)), [
      "models/groq/meta/llama-4",
    ]);
    const hidden = await bench.get("/v1/models/gemini%2Fgemini-3-pro", bearer);
    assert.equal(hidden.status, 404);
  });

  it("has one record, and costs nothing", async () => {
    await using bench = await openBench();
    const answer = await bench.get("/v1/models", ANTHROPIC);
    const record = await finishedEvent(bench.gateway, idOf(answer));
    assert.equal((await events(bench.gateway)).length, 1);
    assert.equal(record["operation"], "models");
    assert.equal(record["finish"], "complete");
    const { attempts, cost_nano_usd: cost, ledger } = await explain(bench.gateway, idOf(answer));
    assert.ok(Array.isArray(attempts) && attempts.length === 1);
    assert.ok(Number(cost) === 0, String(cost));
    assert.deepEqual(ledger, []);
  });
});

describe("the other providers' part of the list", () => {
  const failing: readonly [string, ScriptedAnswer][] = [
    ["down", { status: 503, json: {} }],
    ["refusing the key", { status: 401, json: { error: KEY } }],
    ["hanging", { afterMs: 60_000, json: {} }],
    ["redirecting", { status: 302, headers: { location: "/elsewhere/models" }, text: "" }],
    ["giving rubbish", { text: "<html>models" }],
    ["giving something else", { json: { models: "many" } }],
  ];
  for (const [how, answer] of failing) {
    it(`S1-059 lacks a provider that is ${how}, within a bounded time`, async () => {
      await using bench = await openBench({
        script: ({ target }) => (target.startsWith("/groq/") ? answer : undefined),
      });
      const got = await call(bench.gateway, {
        method: "GET",
        path: "/v1/models",
        headers: ANTHROPIC,
        timeoutMs: 20_000,
      });
      assert.deepEqual(idsOf(got), [...CLAUDE, WRAPPED[1]]);
      assert.equal(
        bench.requests.filter(({ target }) => target.startsWith("/elsewhere")).length,
        0,
      );
    });
  }

  it("lacks a provider that cannot be reached", async () => {
    await using bench = await openBench({
      config: '  lab: { kind: openai-compatible, url: "http://127.0.0.1:9/v1" }\n',
    });
    assert.deepEqual(idsOf(await bench.get("/v1/models", ANTHROPIC)), [...CLAUDE, ...WRAPPED]);
  });

  it("is remembered, and asked for once by many at once", async () => {
    await using bench = await openBench();
    const asking = Array.from({ length: 8 }, () => bench.get("/v1/models", ANTHROPIC));
    for (const answer of await Promise.all(asking)) {
      assert.deepEqual(idsOf(answer), [...CLAUDE, ...WRAPPED]);
    }
    assert.equal(bench.to("groq").length, 1);
    assert.equal(bench.to("anthropic").length, 8);
  });

  it("S1-060 is what the configuration says, where it names a provider's models: nobody is asked", async () => {
    await using bench = await openBench({
      config:
        '  agent: { kind: openai-compatible, url: "http://127.0.0.1:9/v1", models: [one, two] }\n',
    });
    assert.deepEqual(idsOf(await bench.get("/v1/models", ANTHROPIC)), [
      ...CLAUDE,
      ...WRAPPED,
      "claude-spillway-agent/one",
      "claude-spillway-agent/two",
    ]);
  });

  it("tells nobody a key that a provider repeats", async () => {
    await using bench = await openBench({
      script: ({ target }) =>
        target.startsWith("/groq/") ? { json: { data: [LLAMA, { id: KEY }] } } : undefined,
    });
    const answer = await bench.get("/v1/models", ANTHROPIC);
    assert.deepEqual(idsOf(answer), [...CLAUDE, ...WRAPPED]);
    assert.ok(!answer.body.toString().includes(KEY));
  });

  it("S1-068, S1-069 offers the large window where it is asked for", async () => {
    await using bench = await openBench({ env: { MODELS_1M: "gemini*, gpt-5" } });
    const answer = await bench.get("/v1/models", ANTHROPIC);
    const list: unknown = JSON.parse(answer.body.toString());
    const data = at(list, "data");
    assert.ok(Array.isArray(data));
    assert.deepEqual(
      data.slice(-2).map((entry) => [at(entry, "id"), at(entry, "display_name")]),
      [
        ["claude-spillway-gemini/gemini-3-pro", "gemini/gemini-3-pro"],
        ["claude-spillway-gemini/gemini-3-pro[1m]", "gemini/gemini-3-pro (1M context)"],
      ],
    );
    assert.deepEqual(
      idsOf(await bench.get("/openai/v1/models", OPENAI)).slice(-1),
      OTHERS.slice(-1),
    );
  });

  it("S1-061, S1-063 has claude-router's names where its variables are", async () => {
    const data = [{ id: "gemini-3.1-pro-preview" }, { id: OPUS.id }, { id: "claude-of-litellm" }];
    await using bench = await openBench({
      providers: ["litellm"],
      urlVariable: { name: "LITELLM_URL", provider: "litellm" },
      script: ({ target }) => (target.startsWith("/litellm/") ? { json: { data } } : undefined),
    });
    assert.deepEqual(idsOf(await bench.get("/v1/models", ANTHROPIC)), [
      ...CLAUDE,
      "claude-router-gemini-3.1-pro-preview",
      "claude-of-litellm",
    ]);
  });
});

describe("a model by its picker's name", () => {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "served",
    content: [{ type: "text", text: "Hello." }],
    stop_reason: "end_turn",
    usage: { input_tokens: 9, output_tokens: 3 },
  };
  const completion = {
    id: "c",
    choices: [
      { index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" },
    ],
    usage: { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 },
  };
  const script: Script = ({ method, target }) => {
    if (method !== "POST") return undefined;
    return { json: target.startsWith("/groq/") ? completion : message };
  };
  const beta = "oauth-2025-04-20,context-1m-2025-08-07,interleaved-thinking-2025-05-14";
  const ask = async (bench: Bench, model: string) =>
    await call(bench.gateway, {
      headers: { ...ANTHROPIC, "anthropic-beta": beta },
      body: `{"odd": 1.0, "model":"${model}","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}`,
    });

  it("S1-065, S1-070, S1-071 reaches its provider by the real one", async () => {
    await using bench = await openBench({ script });
    for (const prefix of ["claude-spillway-", "claude-router-"]) {
      const name = `${prefix}groq/meta/llama-4[1m]`;
      const answer = await ask(bench, name);
      assert.equal(answer.status, 200, answer.body.toString());
      const sent = bench.to("groq").at(-1) ?? assert.fail();
      assert.equal(at(JSON.parse(sent.body.toString()), "model"), "meta/llama-4");
      assert.equal(sent.headers["anthropic-beta"], undefined);
      assert.equal(at(JSON.parse(answer.body.toString()), "model"), name);
      const record = await finishedEvent(bench.gateway, idOf(answer));
      assert.equal(record["provider"], "groq");
      assert.equal(
        (await explain(bench.gateway, idOf(answer)))["requested_model"],
        "groq/meta/llama-4",
      );
    }
  });

  it("S1-071, req:C-13 leaves the 1M beta out toward another server of the same dialect, and nothing else", async () => {
    await using bench = await openBench({ script, providers: ["deepseek"] });
    for (const name of [
      "claude-spillway-deepseek/chat[1m]",
      "deepseek/chat[1m]",
      "deepseek/chat",
    ]) {
      const answer = await ask(bench, name);
      assert.equal(answer.status, 200, answer.body.toString());
      const sent = bench.to("deepseek").at(-1) ?? assert.fail();
      assert.equal(
        sent.body.toString(),
        '{"odd": 1.0, "model":"chat","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}',
      );
      assert.equal(
        sent.headers["anthropic-beta"],
        "oauth-2025-04-20,interleaved-thinking-2025-05-14",
      );
    }
  });

  it("S1-066, S1-073 is not taken for one where it is none: id and beta reach Anthropic untouched", async () => {
    await using bench = await openBench({ script });
    for (const name of ["claude-opus-4-8[1m]", "gemini-3.1-pro-preview", "claude-routers"]) {
      const answer = await ask(bench, name);
      assert.equal(answer.status, 200);
      const sent = bench.to("anthropic").at(-1) ?? assert.fail();
      assert.ok(sent.body.toString().startsWith(`{"odd": 1.0, "model":"${name}",`));
      assert.equal(sent.headers["anthropic-beta"], beta);
    }
  });

  it("S1-065 reaches Anthropic by the real one too, where it is nobody else's", async () => {
    await using bench = await openBench({ script });
    await ask(bench, "claude-router-some-model");
    const sent = bench.to("anthropic").at(-1) ?? assert.fail();
    assert.ok(sent.body.toString().startsWith('{"odd": 1.0, "model":"some-model",'));
  });

  it("S1-006 is no name of ours while Anthropic is alone, and goes through as it came", async () => {
    await using bench = await openBench({ script, providers: [] });
    const answer = await ask(bench, "claude-router-some-model");
    const sent = bench.to("anthropic").at(-1) ?? assert.fail();
    assert.ok(sent.body.toString().startsWith('{"odd": 1.0, "model":"claude-router-some-model",'));
    assert.equal(sent.headers["anthropic-beta"], beta);
    assert.equal(answer.body.toString(), JSON.stringify(message));
  });

  it("is refused by its real name to a key that is not for it", async () => {
    await using bench = await openBench({ script });
    const { secret } = await issueKey(bench.gateway, { name: "some", models: ["claude-*"] });
    const answer = await call(bench.gateway, {
      headers: { ...ANTHROPIC, "x-spillway-key": secret },
      body: '{"model":"claude-spillway-groq/meta/llama-4","max_tokens":9,"messages":[]}',
    });
    assert.equal(answer.status, 403);
    assert.match(answer.body.toString(), /model_not_allowed/);
    assert.equal(bench.requests.length, 0);
  });
});

describe("a stored key", () => {
  it("asks Anthropic where routing would use it, and its limits stay the organisation's", async () => {
    await using upstream = await startAnthropicUpstream({
      headers: ["anthropic-ratelimit-requests-limit", "50"],
    });
    await using gateway = await startTestGateway(upstream.url);
    await storeKey(gateway);
    const { secret } = await issueKey(gateway, { name: "laptop", models: ["claude-*"] });
    const answer = await call(gateway, {
      method: "GET",
      path: "/v1/models",
      headers: { ...VERSION, authorization: `Bearer ${secret}` },
    });
    assert.ok(idsOf(answer).length > 0);
    const asked = upstream.ofKind("models").at(-1);
    assert.equal(asked?.header("x-api-key")?.startsWith("sk-ant-api03-stored"), true);
    assert.equal(asked?.header("authorization"), undefined);
    assert.equal(answer.headers["anthropic-ratelimit-requests-limit"], undefined);
    upstream.on("models", failure(401, "invalid x-api-key"));
    const refused = await call(gateway, {
      method: "GET",
      path: "/v1/models",
      headers: { ...VERSION, authorization: `Bearer ${secret}` },
    });
    assert.ok(idsOf(refused).includes("claude-opus-5-5"), "what is known is told all the same");
  });
});

describe("the commands about models", () => {
  const rowsOf = (out: string): readonly (readonly string[])[] =>
    out
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ {2,}/));

  it("shows the server's list as a table, and as JSON", async () => {
    await using bench = await openBench({
      script: ({ target }) =>
        target.startsWith("/gemini/") ? { status: 503, json: {} } : undefined,
    });
    await storeKey(bench.gateway);
    const options = { home: bench.gateway.home, env: { SPILLWAY_DATA_DIR: bench.gateway.dataDir } };
    const shown = await runProgram(["models"], options);
    assert.equal(shown.code, 0, shown.err);
    assert.deepEqual(rowsOf(shown.out).slice(0, 4), [
      ["MODEL", "PROVIDER", "NAME"],
      [OPUS.id, "anthropic", OPUS.display_name],
      [HAIKU.id, "anthropic", HAIKU.display_name],
      ["groq/meta/llama-4", "groq", "groq/meta/llama-4"],
    ]);
    assert.match(shown.out, /Not answering: gemini\./);
    const told: unknown = JSON.parse((await runProgram(["models", "--json"], options)).out);
    assert.deepEqual(at(told, "unavailable"), ["gemini"]);
  });

  it("S1-072, S1-075, S1-078, S1-081, req:C-30 seeds what the endpoint serves, with a server and without one", async () => {
    await using bench = await openBench({ env: { MODELS_1M: "gemini*" } });
    const { secret } = await issueKey(bench.gateway, { name: "without a session" });
    const served = await bench.get("/v1/models", { ...VERSION, "x-spillway-key": secret });
    const rows = at(JSON.parse(served.body.toString()), "data");
    assert.ok(Array.isArray(rows));
    const expected = rows.map((row) => ({
      id: at(row, "id"),
      display_name: at(row, "display_name"),
    }));
    const asked = idsOf(await bench.get("/v1/models", ANTHROPIC));
    assert.deepEqual(
      asked.slice(0, CLAUDE.length),
      CLAUDE,
      "Anthropic's own, where it can be asked",
    );
    const picker = { ...ANTHROPIC, "user-agent": "claude-code/2.1.329" };
    assert.deepEqual(
      idsOf(await bench.get("/v1/models?limit=1000", picker)),
      [...CLAUDE, ...expected.map(({ id }) => id)],
      "the picker loses nothing that was seeded",
    );
    assert.deepEqual(
      asked.slice(CLAUDE.length),
      expected.map(({ id }) => id).filter((id) => String(id).startsWith("claude-spillway-")),
    );
    const folder = join(bench.gateway.home, "claude");
    const env = {
      CLAUDE_CONFIG_DIR: folder,
      ANTHROPIC_BASE_URL: "http://127.0.0.1:4080",
      MODELS_1M: "gemini*",
      A_KEY: KEY,
      SPILLWAY_CONFIG: join(dirname(bench.gateway.home), "spillway.yaml"),
    };
    for (const dataDir of [bench.gateway.dataDir, join(bench.gateway.home, "data")]) {
      const run = await runProgram(["seed-models"], {
        home: bench.gateway.home,
        env: { ...env, SPILLWAY_DATA_DIR: dataDir },
      });
      assert.equal(run.code, 0, run.err);
      const file = join(folder, "cache", "gateway-models.json");
      const cache: unknown = JSON.parse(await readFile(file, "utf8"));
      await rm(file);
      assert.deepEqual(at(cache, "models"), expected);
    }
  });

  it("S1-077 seeds by itself at start, where that is asked for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "spillway-claude-"));
    try {
      await using bench = await openBench({
        config: "models: { seed: on }\n",
        env: { CLAUDE_CONFIG_DIR: folder },
      });
      const cache = await eventually(async () => {
        const text = await readFile(join(folder, "cache", "gateway-models.json"), "utf8").catch(
          () => undefined,
        );
        return text === undefined ? undefined : JSON.parse(text);
      }, "the picker's cache");
      assert.equal(at(cache, "baseUrl"), bench.gateway.url);
      assert.match(JSON.stringify(cache), /claude-spillway-groq\/meta\/llama-4/);
      await eventually(
        () => (bench.gateway.stdout().includes("models.seeded") ? true : undefined),
        "a line of the log",
      );
      assert.equal(bench.to("anthropic").length, 0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
