import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { at, textAt } from "../conformance/exchange.ts";
import { bytes, failure, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { chatApi } from "../upstream/chat.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { geminiApi } from "../upstream/gemini.ts";
import {
  type GoogleLogin,
  googleError,
  onlyWithToken,
  startGoogleLogin,
} from "../upstream/google-login.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { isObject } from "../upstream/request-kind.ts";
import { prediction } from "../upstream/vertex.ts";

const MODEL = "claude-haiku-4-5-20251001";
const MODELS = "/v1/projects/my-project/locations/europe-west1/publishers/anthropic/models";
const HELLO = { content: [text("Hello, grüße 😀."), toolUse("Bash", { command: "ls" }, "t1")] };
/** Odd spacing and unknown members, which have to survive. */
const ASKED = `{"model": "vertex/${MODEL}", "max_tokens":64,"stream":true ,"unknown_field":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`;
const STREAM = /"stream":true ,/;

/** A gateway, a Vertex that takes its tokens, and the Google that gives them out. */
class Scene implements AsyncDisposable {
  readonly upstream: AnthropicUpstream;
  readonly login: GoogleLogin;
  readonly gateway: Gateway;
  readonly #scope: AsyncDisposableStack;

  constructor(parts: Pick<Scene, "upstream" | "login" | "gateway">, scope: AsyncDisposableStack) {
    this.upstream = parts.upstream;
    this.login = parts.login;
    this.gateway = parts.gateway;
    this.#scope = scope;
  }

  /** Answers otherwise from now on. */
  play(responder: Responder): void {
    this.upstream.reset();
    this.upstream.on(() => true, onlyWithToken(responder, this.login));
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

interface Setting {
  readonly env?: (login: GoogleLogin, folder: string) => Readonly<Record<string, string>>;
  readonly files?: (login: GoogleLogin, folder: string) => Readonly<Record<string, string>>;
  readonly lifetimeSeconds?: number;
}

const WITH_KEY: Setting = {
  env: (_, folder) => ({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, "sa.json") }),
  files: (login) => ({ "sa.json": login.keyFile() }),
};

async function openScene(setting: Setting = WITH_KEY): Promise<Scene> {
  await using scope = new AsyncDisposableStack();
  const { lifetimeSeconds } = setting;
  const login = scope.use(
    await startGoogleLogin(lifetimeSeconds === undefined ? {} : { lifetimeSeconds }),
  );
  const upstream = scope.use(await startAnthropicUpstream());
  const folder = await mkdtemp(join(tmpdir(), "spillway-vertex-"));
  scope.defer(async () => await rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(setting.files?.(login, folder) ?? {})) {
    await writeFile(join(folder, name), content);
  }
  const gateway = scope.use(
    await startGateway({
      upstreamUrl: "http://127.0.0.1:9",
      env: { NO_GCE_CHECK: "true", ...setting.env?.(login, folder) },
      config: `providers:\n  vertex:\n    url: ${upstream.url}\n    gcp: { project: my-project, location: europe-west1 }\n`,
    }),
  );
  const scene = new Scene({ upstream, login, gateway }, scope.move());
  scene.play(prediction(HELLO));
  return scene;
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

describe("Claude on Vertex", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(async () => {
    await scene[Symbol.asyncDispose]();
  });

  it("S4-04, S4-32: gets a client's own bytes as streamRawPredict takes them, with a token", async () => {
    scene.play(prediction(HELLO));
    const betas = "interleaved-thinking-2025-05-14,effort-2025-11-24";
    const answer = await scene.ask(ASKED, { "anthropic-beta": betas }, "/v1/messages?beta=true");
    assert.equal(answer.status, 200);
    await answer.text();
    const [request] = scene.upstream.requests;
    assert.equal(request?.target, `${MODELS}/claude-haiku-4-5@20251001:streamRawPredict`);
    assert.equal(
      request.body.toString(),
      `{"anthropic_version":"vertex-2023-10-16","max_tokens":64,"stream":true ,"unknown_field":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`,
    );
    assert.deepEqual(request.headers("anthropic-beta"), [betas]);
    assert.equal(request.header("content-length"), String(request.body.length));
    assert.match(request.header("authorization") ?? "", /^Bearer ya29\.c\.token-\d+$/);
    assert.doesNotMatch(request.rawHeaders.join(), /sk-ant-oat01/);
  });

  /** What a client sends, and the exact bytes behind the path's colon and of the body that Vertex gets. */
  const edits: readonly (readonly [
    what: string,
    path: string,
    asked: string,
    to: string,
    got: string,
  ])[] = [
    [
      "a whole answer",
      "/v1/messages",
      '{"model":"vertex/claude-opus-5-5","max_tokens":9,"stream":false}',
      "claude-opus-5-5:rawPredict",
      '{"anthropic_version":"vertex-2023-10-16","max_tokens":9,"stream":false}',
    ],
    [
      "a version in the body, which is Vertex's own afterwards",
      "/v1/messages",
      '{"anthropic_version":"2023-06-01", "model":"vertex/claude-3-7-sonnet@20250219"}',
      "claude-3-7-sonnet@20250219:rawPredict",
      '{"anthropic_version":"vertex-2023-10-16"}',
    ],
  ];
  for (const [what, path, asked, to, got] of edits) {
    it(`edits ${what}`, async () => {
      scene.play(prediction(HELLO));
      await (await scene.ask(asked, {}, path)).text();
      const [request] = scene.upstream.requests;
      assert.equal(request?.target, `${MODELS}/${to}`);
      assert.equal(request.body.toString(), got);
    });
  }

  it("answers with Anthropic's events as Claude told them, at any split", async () => {
    for (const splitEvery of [undefined, 1, 7]) {
      scene.play(prediction(HELLO, splitEvery === undefined ? {} : { splitEvery }));
      const answer = await scene.ask(ASKED);
      assert.equal(answer.headers.get("x-spillway-provider"), "vertex");
      const told = await answer.text();
      assert.match(told, /^event: message_start\ndata: \{"type":"message_start","message":/);
      assert.match(told, new RegExp(`"model":"vertex/${MODEL}"`));
      assert.match(told, /grüße/);
      assert.ok(told.endsWith('event: message_stop\ndata: {"type":"message_stop"}\n\n'), told);
    }
  });

  it("answers a count, and a whole message with the model as it was asked for", async () => {
    scene.play(prediction(HELLO));
    const whole = await scene.ask(ASKED.replace(STREAM, ""));
    assert.equal(textAt(await whole.json(), "model"), `vertex/${MODEL}`);
    scene.play(prediction(HELLO));
    const path = "/v1/messages/count_tokens?beta=true";
    const counted = await scene.ask(ASKED.replace(STREAM, ""), {}, path);
    assert.deepEqual(await counted.json(), { input_tokens: 41 });
    const [request] = scene.upstream.requests;
    assert.equal(request?.target, `${MODELS}/count-tokens:rawPredict`);
    assert.deepEqual(request.json(), {
      anthropic_version: "vertex-2023-10-16",
      model: "claude-haiku-4-5@20251001",
      messages: [{ role: "user", content: [{ type: "text", text: "Say é hello." }] }],
    });
  });

  it("records what it used, and whom it is billed to", async () => {
    scene.play(prediction(HELLO));
    const answer = await scene.ask(ASKED);
    const id = answer.headers.get("x-spillway-request-id");
    await answer.text();
    const event = await eventOf(scene.gateway, id);
    const { provider, tokens, billing_owner, book, cost_nano_usd } = event;
    assert.deepEqual(
      { provider, tokens, billing_owner, book, cost_nano_usd },
      {
        provider: "vertex",
        // Within a region: 12 x 1.10, 14,000 x 0.11, 1,500 x 1.375 and 42 x 5.50 dollars for a million.
        cost_nano_usd: 3_846_700,
        tokens: {
          input_total: 15_512,
          input: 12,
          cache_read: 14_000,
          cache_write: 1_500,
          output: 42,
        },
        billing_owner: "local/vertex/configuration",
        book: "api",
      },
    );
  });

  it("does not let a client have another project billed", async () => {
    scene.play(prediction(HELLO));
    await (await scene.ask(ASKED, { "x-goog-user-project": "somebody-elses" })).text();
    assert.equal(scene.upstream.requests[0]?.header("x-goog-user-project"), undefined);
  });

  it("refuses a name that would lead elsewhere, and sends nothing", async () => {
    scene.play(prediction(HELLO));
    for (const name of ["claude-x/../../endpoints/1", "claude-x:predict?", "claude-%2e%2e"]) {
      const answer = await scene.ask(JSON.stringify({ model: `vertex/${name}`, messages: [] }));
      assert.equal(answer.status, 400, name);
      await answer.text();
    }
    assert.equal(scene.upstream.requests.length, 0);
  });

  const errors: readonly (readonly [Responder, number, string, RegExp])[] = [
    [
      googleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded"),
      429,
      "rate_limit_error",
      /^Quota exceeded$/,
    ],
    [googleError(503, "UNAVAILABLE", "Busy"), 529, "overloaded_error", /^Busy$/],
    [googleError(504, "DEADLINE_EXCEEDED", "Too slow"), 504, "timeout_error", /^Too slow$/],
    [googleError(500, "INTERNAL", "Oh no"), 500, "api_error", /^Oh no$/],
    [
      googleError(
        404,
        "NOT_FOUND",
        "Publisher Model `projects/my-project/locations/eu/publishers/anthropic/models/claude-x` was not found",
      ),
      404,
      "not_found_error",
      /^Publisher Model `projects\/…\/locations\/eu\/.*claude-x` was not found$/,
    ],
    [
      googleError(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
      400,
      "invalid_request_error",
      /^Request contains/,
    ],
    [bytes(404, "text/html", ["<html>Error 404</html>"]), 404, "not_found_error", /no reason/],
    [failure(400, "messages: too odd"), 400, "invalid_request_error", /^messages: too odd$/],
    [failure(429, "Slow down", [], "rate_limit_error"), 429, "rate_limit_error", /^Slow down$/],
  ];
  for (const [responder, status, type, message] of errors) {
    it(`says ${status} ${type} (${message.source}) as Anthropic says it`, async () => {
      scene.play(responder);
      const answer = await scene.ask(ASKED);
      const body: unknown = await answer.json();
      assert.equal(answer.status, status);
      assert.equal(textAt(at(body, "error"), "type"), type);
      assert.match(textAt(at(body, "error"), "message") ?? "", message);
    });
  }

  it("says how long to wait where Google says it in the error", async () => {
    const wait = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "7s" };
    scene.play(googleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded", [wait]));
    const answer = await scene.ask(ASKED);
    await answer.text();
    assert.equal(answer.headers.get("retry-after"), "7");
  });

  it("fetches a new token once where the one it has is not known, and nobody notices", async () => {
    scene.play(prediction(HELLO));
    await (await scene.ask(ASKED)).text();
    const earlier = scene.login.asked.length;
    scene.login.revokeAll();
    scene.play(prediction(HELLO));
    const answers = await Promise.all([scene.ask(ASKED), scene.ask(ASKED), scene.ask(ASKED)]);
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.match(await answer.text(), /message_stop/);
    }
    assert.equal(scene.login.asked.length, earlier + 1);
  });

  it("shows nobody how Google refuses the gateway's own credentials, which it asks twice", async () => {
    scene.play(googleError(401, "UNAUTHENTICATED", "token of spillway@my-project is bad"));
    const answer = await scene.ask(ASKED);
    const told = await answer.text();
    assert.equal(answer.status, 403);
    assert.match(told, /vertex refuses this gateway itself.*stored_key_refused/);
    assert.doesNotMatch(told, /my-project/);
    assert.equal(scene.upstream.requests.length, 2);
  });

  it("L-01: shows nobody the token that an answer repeats, in its fields or in its body", async () => {
    for (const responder of [googleError, undefined]) {
      scene.play((request, serial) => {
        const sent = request.header("authorization") ?? "";
        const told = `You sent ${sent}, or ${Buffer.from(sent).toString("base64")}.`;
        const error =
          responder?.(400, "INVALID_ARGUMENT", told) ?? failure(400, told, ["x-sent", sent]);
        return error(request, serial);
      });
      const answer = await scene.ask(ASKED);
      const shown = `${JSON.stringify([...answer.headers])} ${await answer.text()}`;
      assert.equal(answer.status, 400);
      assert.match(shown, /You sent Bearer \*+, or/);
      const sent = scene.upstream.requests[0]?.header("authorization") ?? "";
      assert.doesNotMatch(shown, /ya29/);
      assert.ok(!shown.includes(Buffer.from(sent).toString("base64").slice(12, -4)));
    }
  });

  it("closes the upstream's connection when the client leaves", async () => {
    scene.play(prediction(HELLO, { stallAfterBytes: 400 }));
    const leaving = new AbortController();
    const answer = await fetch(`${scene.gateway.url}/v1/messages`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": "sk-ant-api03-own" },
      body: ASKED,
      signal: leaving.signal,
    });
    assert.equal(answer.status, 200);
    leaving.abort();
    const [request] = scene.upstream.requests;
    assert.ok(request !== undefined);
    await scene.upstream.waitForEnd(request);
    assert.equal(request.aborted, true);
  });

  it("never ends cleanly where Vertex broke off", async () => {
    scene.play(prediction(HELLO, { cutAfterBytes: 700 }));
    const answer = await scene.ask(ASKED);
    await assert.rejects(answer.text());
  });
});

describe("Gemini on Vertex", () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(async () => {
    await scene[Symbol.asyncDispose]();
  });
  const GOOGLES = MODELS.replace("anthropic", "google");

  it("answers a client of Anthropic's dialect, by generateContent", async () => {
    scene.play(geminiApi.answer({ text: "Hello from Gemini." }));
    const answer = await scene.ask(ASKED.replace(`vertex/${MODEL}`, "vertex/gemini-3.8-flash"));
    assert.match(await answer.text(), /Hello fro/);
    const [request] = scene.upstream.requests;
    assert.equal(request?.target, `${GOOGLES}/gemini-3.8-flash:streamGenerateContent?alt=sse`);
    assert.match(request.header("authorization") ?? "", /^Bearer ya29\./);
  });

  it("gets a Gemini client's own bytes, and nothing of its query", async () => {
    const body =
      '{ "contents":[ {"role":"user","parts":[{"text":"Hi \\u00e9"}]} ],"odd":{"n":1e2}}';
    const asked = [
      ["streamGenerateContent?alt=sse&key=AIza-not-a-key", "streamGenerateContent?alt=sse"],
      ["streamGenerateContent", "streamGenerateContent"],
      ["generateContent", "generateContent"],
      ["countTokens?$alt=json", "countTokens"],
    ] as const;
    for (const [method, expected] of asked) {
      scene.play(geminiApi.answer({ text: "Hello." }));
      const path = `/v1beta/models/vertex%2Fgemini-3.8-flash:${method}`;
      const answer = await scene.ask(
        body,
        { "x-goog-api-key": "AIza-own", "x-goog-api-client": "genai-js/2" },
        path,
      );
      await answer.text();
      const [request] = scene.upstream.requests;
      assert.equal(request?.target, `${GOOGLES}/gemini-3.8-flash:${expected}`);
      assert.equal(request.body.toString(), body);
      assert.equal(request.header("x-goog-api-client"), "genai-js/2");
      assert.equal(request.header("x-goog-api-key"), undefined);
    }
  });
});

describe("open models on Vertex", () => {
  it("are asked by Chat Completions, a client's own bytes but for the model's name", async () => {
    await using scene = await openScene();
    scene.play(chatApi.answer({ text: "Hello from afar." }));
    const body = '{ "model":"vertex/meta/llama-4-maas","odd":{"n":1e2},"messages":[]}';
    const own = await scene.ask(
      body,
      { "x-goog-user-project": "p" },
      "/openai/v1/chat/completions",
    );
    assert.match(await own.text(), /Hello fro/);
    const [request] = scene.upstream.requests;
    assert.equal(
      request?.target,
      "/v1/projects/my-project/locations/europe-west1/endpoints/openapi/chat/completions",
    );
    assert.equal(request.body.toString(), body.replace("vertex/", ""));
    assert.equal(request.header("x-goog-user-project"), undefined);
    const translated = await scene.ask(
      ASKED.replace(`vertex/${MODEL}`, "vertex/meta/llama-4-maas"),
    );
    assert.match(await translated.text(), /Hello fro/);
  });
});

describe("Google's credentials", () => {
  const lenders: Readonly<Record<string, Setting & { readonly path: string }>> = {
    "a service account's key, of the entry's own variable": { ...WITH_KEY, path: "/token" },
    "gcloud's login": {
      path: "/token",
      env: (_, folder) => ({ CLOUDSDK_CONFIG: folder }),
      files: (login) => ({
        "application_default_credentials.json": JSON.stringify({
          type: "authorized_user",
          client_id: "c",
          client_secret: "s",
          refresh_token: "1//refresh",
          token_uri: `${login.url}/token`,
        }),
      }),
    },
    "a cluster's token": {
      path: "/sts",
      env: (_, folder) => ({ GOOGLE_APPLICATION_CREDENTIALS: join(folder, "wif.json") }),
      files: (login, folder) => ({
        token: "eyJ.of.the.cluster",
        "wif.json": JSON.stringify({
          type: "external_account",
          audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p",
          subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
          token_url: `${login.url}/sts`,
          credential_source: { file: join(folder, "token") },
        }),
      }),
    },
    "the metadata server": {
      path: "/computeMetadata/v1/instance/service-accounts/default/token",
      env: ({ url }) => ({ GCE_METADATA_HOST: new URL(url).host, NO_GCE_CHECK: "" }),
    },
  };
  for (const [name, setting] of Object.entries(lenders)) {
    it(`sends what ${name} gives, asked for once`, async () => {
      await using scene = await openScene(setting);
      const answers = await Promise.all([scene.ask(ASKED), scene.ask(ASKED), scene.ask(ASKED)]);
      for (const answer of answers) assert.equal(answer.status, 200, await answer.text());
      assert.deepEqual(
        scene.login.asked.map(({ path }) => path),
        [setting.path],
      );
    });
  }

  it("fetches a token anew that has expired", async () => {
    await using scene = await openScene({ ...WITH_KEY, lifetimeSeconds: 0 });
    await (await scene.ask(ASKED)).text();
    const answer = await scene.ask(ASKED);
    assert.equal(answer.status, 200);
    assert.equal(scene.login.asked.length, 2);
  });

  it("takes a token that was made elsewhere as it is", async () => {
    await using scene = await openScene({
      env: () => ({ GOOGLE_OAUTH_ACCESS_TOKEN: "ya29.made-elsewhere" }),
    });
    scene.upstream.reset();
    scene.upstream.on(() => true, prediction(HELLO));
    await (await scene.ask(ASKED)).text();
    const [request] = scene.upstream.requests;
    assert.deepEqual(request?.headers("authorization"), ["Bearer ya29.made-elsewhere"]);
    assert.equal(scene.login.asked.length, 0);
  });

  it("refuses to go without, and says where it looked", async () => {
    await using scene = await openScene({});
    const answer = await scene.ask(ASKED);
    assert.equal(answer.status, 502);
    assert.match(
      textAt(at(await answer.json(), "error"), "message") ?? "",
      /Google credentials.*cloud_credentials_unavailable/,
    );
    assert.equal(scene.upstream.requests.length, 0);
  });

  const wrong: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    "another account": { client_email: "other@my-project.iam.gserviceaccount.com" },
    "another key": {},
  };
  for (const [what, changed] of Object.entries(wrong)) {
    it(`gets no token with ${what}, says so, and sends nothing`, async () => {
      await using other = await startGoogleLogin();
      await using scene = await openScene({
        ...WITH_KEY,
        files: (login) => ({
          "sa.json":
            what === "another key"
              ? other.keyFile({ token_uri: `${login.url}/token` })
              : login.keyFile(changed),
        }),
      });
      const answer = await scene.ask(ASKED);
      const told = await answer.text();
      assert.equal(answer.status, 502);
      assert.match(told, /it answered 400 \(invalid_grant\).*cloud_credentials_unavailable/);
      assert.equal(scene.upstream.requests.length, 0);
    });
  }
});
