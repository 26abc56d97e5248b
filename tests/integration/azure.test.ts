import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { rsaCertificate } from "../clients/certificate.ts";
import { at, textAt } from "../conformance/exchange.ts";
import { json, message, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { chatApi } from "../upstream/chat.ts";
import { type Entra, startEntra } from "../upstream/entra.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";
import { text, thinking } from "../upstream/messages.ts";
import { sseAnswer } from "../upstream/model-api.ts";
import { responsesApi } from "../upstream/responses.ts";

const SECRET = "entra~client.secret";
const FEDERATED = "eyJhbGciOiJSUzI1NiJ9.cluster.signature";
const IDENTITY_HEADER = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a";
const FOUNDRY_SCOPE = "https://ai.azure.com/.default";
const AZURE_SCOPE = "https://cognitiveservices.azure.com/.default";
const PROOF = "c2lnbmVkLWJ5LWNsYXVkZS1pbi1mb3VuZHJ5";
const HELLO = { content: [thinking("Hm.", PROOF), text("Hello, grüße 😀.")] };
const OWN = "sk-ant-oat01-the-callers-own";
/** Odd spacing and unknown members, which have to survive. */
const ASKED = `{"model": "foundry/my-sonnet", "max_tokens":64,"stream":true ,"unknown_field":{"n":1e2},
  "messages":[{"role":"user","content":"Say \\u00e9 hello."}]}`;

type Env = Readonly<Record<string, string>>;

interface Setting {
  readonly config?: (url: string, entra: string) => object;
  readonly env?: (entra: Entra) => Env;
  readonly responder?: (entra: Entra) => Responder;
}

/** A gateway whose Azure answers only with tokens that its Entra gave, unless the setting says otherwise. */
class Scene implements AsyncDisposable {
  readonly azure: AnthropicUpstream;
  readonly entra: Entra;
  readonly gateway: Gateway;
  readonly #scope: AsyncDisposableStack;

  private constructor(
    azure: AnthropicUpstream,
    entra: Entra,
    gateway: Gateway,
    scope: AsyncDisposableStack,
  ) {
    this.azure = azure;
    this.entra = entra;
    this.gateway = gateway;
    this.#scope = scope;
  }

  static async open(certificate: string, { config, env, responder }: Setting = {}): Promise<Scene> {
    await using scope = new AsyncDisposableStack();
    const azure = scope.use(await startAnthropicUpstream());
    const entra = scope.use(
      await startEntra({
        secret: SECRET,
        federatedToken: FEDERATED,
        identityHeader: IDENTITY_HEADER,
        certificate,
      }),
    );
    const responses = responder?.(entra) ?? entra.guard(message(HELLO), FOUNDRY_SCOPE);
    azure.on(() => true, responses);
    const providers = config?.(azure.url, entra.url) ?? {
      foundry: { url: `${azure.url}/anthropic`, azure: { authority: entra.url } },
    };
    const gateway = scope.use(
      await startGateway({
        upstreamUrl: "http://127.0.0.1:9",
        env: env?.(entra) ?? bySecret(entra),
        // JSON is YAML too.
        config: JSON.stringify({ providers }),
      }),
    );
    return new Scene(azure, entra, gateway, scope.move());
  }

  async ask(body: string, headers: Env = {}): Promise<Response> {
    return await fetch(`${this.gateway.url}/v1/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        authorization: `Bearer ${OWN}`,
        ...headers,
      },
      body,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

function bySecret({ tenant, client }: Entra, secret = SECRET): Env {
  return { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client, AZURE_CLIENT_SECRET: secret };
}

const own = rsaCertificate();

describe("Claude in Microsoft Foundry", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "spillway-azure-"));
    await writeFile(join(folder, "own.pem"), `${own.key}\n${own.certificate}`);
    await writeFile(
      join(folder, "other.pem"),
      (({ key, certificate }) => `${key}\n${certificate}`)(rsaCertificate()),
    );
    await writeFile(join(folder, "federated"), `${FEDERATED}\n`);
    await writeFile(join(folder, "forged"), "eyJhbGciOiJub25lIn0.cluster.\n");
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it("S4-04, S4-32: gets a client's own bytes but for the model's name, with a token of Entra", async () => {
    await using scene = await Scene.open(own.certificate);
    const answer = await scene.ask(ASKED, { "anthropic-beta": "interleaved-thinking-2025-05-14" });
    const told = await answer.text();
    assert.equal(answer.status, 200, told);
    assert.equal(answer.headers.get("x-spillway-provider"), "foundry");
    const [request] = scene.azure.requests;
    assert.equal(request?.target, "/anthropic/v1/messages");
    assert.equal(request.body.toString(), ASKED.replace("foundry/my-sonnet", "my-sonnet"));
    assert.equal(request.header("anthropic-beta"), "interleaved-thinking-2025-05-14");
    assert.equal(request.header("anthropic-version"), "2023-06-01");
    assert.deepEqual(request.headers("authorization"), [`Bearer ${scene.entra.tokens[0]}`]);
    assert.equal(request.header("x-api-key"), undefined);
    assert.doesNotMatch(request.rawHeaders.join() + scene.entra.requests[0]?.body, /sk-ant-oat01/);
    assert.ok(told.includes(PROOF), "the proof of its thinking comes as it was told");
    assert.match(told, /"model":"foundry\/my-sonnet"/);
  });

  it("asks Entra once for many, and anew for a token that is not known any more", async () => {
    await using scene = await Scene.open(own.certificate);
    const first = await Promise.all(Array.from({ length: 8 }, async () => await scene.ask(ASKED)));
    await Promise.all(first.map(async (answer) => await answer.text()));
    assert.equal(scene.entra.tokens.length, 1);
    scene.entra.revoke(scene.entra.tokens[0] ?? "");
    const again = await scene.ask(ASKED);
    assert.equal(again.status, 200, await again.text());
    assert.equal(scene.entra.requests.length, 2);
  });

  const proofs: readonly (readonly [
    string,
    (entra: Entra, folder: string) => Env,
    Env | RegExp,
  ])[] = [
    [
      "a certificate",
      ({ tenant, client }, in_) => ({
        AZURE_TENANT_ID: tenant,
        AZURE_CLIENT_ID: client,
        AZURE_CLIENT_CERTIFICATE_PATH: join(in_, "own.pem"),
      }),
      {},
    ],
    [
      "a cluster's federated token",
      ({ tenant, client }, in_) => ({
        AZURE_TENANT_ID: tenant,
        AZURE_CLIENT_ID: client,
        AZURE_FEDERATED_TOKEN_FILE: join(in_, "federated"),
      }),
      {},
    ],
    [
      "the identity of an app",
      ({ url, client }) => ({
        AZURE_CLIENT_ID: client,
        IDENTITY_ENDPOINT: `${url}/msi/token`,
        IDENTITY_HEADER,
      }),
      {},
    ],
    [
      "the identity of a machine",
      ({ url, client }) => ({ AZURE_CLIENT_ID: client, AZURE_POD_IDENTITY_AUTHORITY_HOST: url }),
      {},
    ],
    [
      "a wrong secret",
      (entra) => bySecret(entra, "not~the.secret"),
      /Entra answered 401 \(invalid_client, AADSTS7000215\).*cloud_credentials_unavailable/,
    ],
    [
      "somebody else's certificate",
      ({ tenant, client }, in_) => ({
        AZURE_TENANT_ID: tenant,
        AZURE_CLIENT_ID: client,
        AZURE_CLIENT_CERTIFICATE_PATH: join(in_, "other.pem"),
      }),
      /Entra answered 401/,
    ],
    [
      "a forged token of a cluster",
      ({ tenant, client }, in_) => ({
        AZURE_TENANT_ID: tenant,
        AZURE_CLIENT_ID: client,
        AZURE_FEDERATED_TOKEN_FILE: join(in_, "forged"),
      }),
      /Entra answered 401/,
    ],
    [
      "a wrong word to the agent of an app",
      ({ url, client }) => ({
        AZURE_CLIENT_ID: client,
        IDENTITY_ENDPOINT: `${url}/msi/token`,
        IDENTITY_HEADER: "guessed",
      }),
      /the app's identity answered 400/,
    ],
  ];
  for (const [proof, env, expected] of proofs) {
    const isTaken = !(expected instanceof RegExp);
    it(`${isTaken ? "gets in with" : "does not get in with"} ${proof}`, async () => {
      await using scene = await Scene.open(own.certificate, { env: (entra) => env(entra, folder) });
      const answer = await scene.ask(ASKED);
      const told = await answer.text();
      assert.equal(answer.status, isTaken ? 200 : 502, told);
      if (!isTaken) assert.match(told, expected);
      assert.doesNotMatch(told, /not~the\.secret|eyJhbGci|PRIVATE KEY/);
      assert.equal(scene.azure.requests.length, isTaken ? 1 : 0);
    });
  }

  it("shows nobody how Azure refuses the gateway's own identity", async () => {
    await using scene = await Scene.open(own.certificate, {
      responder: (entra) => entra.guard(message(HELLO), "https://another.example/.default"),
    });
    const answer = await scene.ask(ASKED);
    const told = await answer.text();
    assert.equal(answer.status, 403);
    assert.match(told, /foundry refuses this gateway itself.*stored_key_refused/);
    assert.ok(!told.includes(scene.entra.tenant) && !told.includes(scene.entra.client), told);
  });

  it("takes a key of the resource in a token's place, and asks no Entra", async () => {
    await using scene = await Scene.open(own.certificate, {
      env: () => ({ ANTHROPIC_FOUNDRY_API_KEY: "foundry-key" }),
      responder: () => message(HELLO),
    });
    const answer = await scene.ask(ASKED);
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(scene.azure.requests[0]?.header("x-api-key"), "foundry-key");
    assert.equal(scene.azure.requests[0]?.header("authorization"), undefined);
    assert.equal(scene.entra.requests.length, 0);
  });

  it("counts where it is asked to, by the same name", async () => {
    await using scene = await Scene.open(own.certificate, {
      responder: (entra) => entra.guard(json(200, { input_tokens: 42 }), FOUNDRY_SCOPE),
    });
    const answer = await fetch(`${scene.gateway.url}/v1/messages/count_tokens`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${OWN}` },
      body: ASKED,
    });
    const told: unknown = await answer.json();
    assert.deepEqual(told, { input_tokens: 42 });
    const [request] = scene.azure.requests;
    assert.equal(request?.target, "/anthropic/v1/messages/count_tokens");
    assert.equal(at(request.json(), "model"), "my-sonnet");
  });
});

const CHAT_HELLO = chatApi.answer({ text: "Hello." });

function azureAt(more: object = {}): NonNullable<Setting["config"]> {
  return (url, entra) => ({
    azure: { url: `${url}/openai/v1`, azure: { authority: entra, ...more } },
  });
}

function asking(model: string, more: object = {}): string {
  const messages = [{ role: "user", content: "Say hello." }];
  return JSON.stringify({ model, max_tokens: 64, stream: true, messages, ...more });
}

describe("Azure OpenAI", () => {
  it("S4-04: speaks Responses with the models that reason, whatever their deployment is called", async () => {
    await using scene = await Scene.open(own.certificate, {
      config: azureAt({ deployments: { fast: "gpt-5-mini" } }),
      responder: (entra) => entra.guard(responsesApi.answer({ text: "Hello." }), AZURE_SCOPE),
    });
    const thinks = { thinking: { type: "enabled", budget_tokens: 2_000 }, max_tokens: 4_000 };
    const answer = await scene.ask(asking("azure/fast", thinks));
    const told = await answer.text();
    assert.match(told, /Hello/);
    const [request] = scene.azure.requests;
    assert.equal(request?.target, "/openai/v1/responses");
    assert.equal(at(request.json(), "model"), "fast");
    assert.ok(
      ["minimal", "low", "medium", "high"].includes(
        textAt(request.json(), "reasoning", "effort") ?? "",
      ),
    );
    assert.match(request.header("authorization") ?? "", /^Bearer eyJ/);
  });

  it("S4-04: speaks Chat Completions with the others, and with a key in its own field", async () => {
    await using scene = await Scene.open(own.certificate, {
      config: azureAt(),
      env: () => ({ AZURE_OPENAI_API_KEY: "azure-key" }),
      responder: () => CHAT_HELLO,
    });
    const answer = await scene.ask(asking("azure/gpt-4.1"));
    assert.match(await answer.text(), /Hello/);
    const [request] = scene.azure.requests;
    assert.equal(request?.target, "/openai/v1/chat/completions");
    assert.equal(request.header("api-key"), "azure-key");
    assert.equal(request.header("authorization"), undefined);
  });

  it("names the deployment and the version in the path of the older API", async () => {
    await using scene = await Scene.open(own.certificate, {
      config: (url, entra) => ({
        azure: {
          url: `${url}/openai`,
          azure: {
            authority: entra,
            apiVersion: "2024-10-21",
            deployments: { fast: "gpt-5-mini" },
          },
        },
      }),
      responder: (entra) => entra.guard(CHAT_HELLO, AZURE_SCOPE),
    });
    for (const [deployment, effort] of [
      ["fast", "low"],
      ["gpt-4.1", undefined],
    ] as const) {
      const answer = await scene.ask(
        asking(`azure/${deployment}`, { output_config: { effort: "low" } }),
      );
      assert.match(await answer.text(), /Hello/);
      const request = scene.azure.requests.at(-1);
      assert.equal(
        request?.target,
        `/openai/deployments/${deployment}/chat/completions?api-version=2024-10-21`,
      );
      assert.equal(at(request.json(), "reasoning_effort"), effort);
    }
    const odd = await scene.ask(asking("azure/..%2f..%2fsecret"));
    assert.equal(odd.status, 400, await odd.text());
    assert.equal(scene.azure.requests.length, 2);
  });

  it("says what its content filter refused, and reads past what that notes beside an answer", async () => {
    await using scene = await Scene.open(own.certificate, {
      config: azureAt(),
      responder: (entra) => entra.guard(CHAT_HELLO, AZURE_SCOPE),
    });
    const { azure, entra } = scene;
    azure.queue(() => true, entra.guard(json(400, FILTERED), AZURE_SCOPE));
    const refused = await scene.ask(asking("azure/gpt-4.1"));
    const told: unknown = await refused.json();
    assert.equal(refused.status, 400);
    assert.equal(textAt(told, "error", "type"), "invalid_request_error");
    assert.match(textAt(told, "error", "message") ?? "", /content management policy/);
    azure.queue(
      () => true,
      entra.guard(() => sseAnswer(NOTED), AZURE_SCOPE),
    );
    const noted = await (await scene.ask(asking("azure/gpt-4.1"))).text();
    assert.match(noted, /"text":"Hello\."/);
    assert.match(noted, /"stop_reason":"refusal"/);
    assert.match(noted, /"output_tokens":2/);
    assert.doesNotMatch(noted, /filter_results/);
  });

  it("says that a deployment does not exist as Anthropic says it of a model", async () => {
    const error = { code: "DeploymentNotFound", message: "The API deployment does not exist." };
    await using scene = await Scene.open(own.certificate, {
      config: azureAt(),
      responder: (entra) => entra.guard(json(404, { error }), AZURE_SCOPE),
    });
    const answer = await scene.ask(asking("azure/gpt-4.1"));
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /not_found_error/);
  });
});

/** @source https://learn.microsoft.com/en-us/azure/foundry/openai/concepts/content-filter (read 2026-11-26) */
const SAFE = { filtered: false, severity: "safe" };
const FILTERED = {
  error: {
    message:
      "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
    type: null,
    param: "prompt",
    code: "content_filter",
    status: 400,
    innererror: {
      code: "ResponsibleAIPolicyViolation",
      content_filter_result: { hate: SAFE, violence: { filtered: true, severity: "high" } },
    },
  },
};
const CHUNK = { id: "chatcmpl-1", object: "chat.completion.chunk", model: "gpt-4.1-2025-04-14" };
const NOTED = [
  {
    data: {
      id: "",
      object: "",
      model: "",
      choices: [],
      prompt_filter_results: [{ prompt_index: 0, content_filter_results: { hate: SAFE } }],
    },
  },
  { data: { ...CHUNK, choices: [{ index: 0, delta: { role: "assistant", content: "" } }] } },
  {
    data: {
      ...CHUNK,
      choices: [{ index: 0, delta: { content: "Hello." }, content_filter_results: { hate: SAFE } }],
    },
  },
  { data: { ...CHUNK, choices: [{ index: 0, delta: {}, finish_reason: "content_filter" }] } },
  {
    data: {
      ...CHUNK,
      choices: [],
      usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 },
    },
  },
  { data: "[DONE]" },
];
