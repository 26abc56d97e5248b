import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { at, textAt } from "../conformance/exchange.ts";
import { json, type Responder } from "../upstream/answer.ts";
import { type AnthropicUpstream, startAnthropicUpstream } from "../upstream/anthropic.ts";
import { exceptionAnswer, onlySigned } from "../upstream/bedrock.ts";
import { type Gateway, startGateway } from "../upstream/gateway.ts";

const KEY = { id: "AKIAIOSFODNN7EXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const SCOPE = { region: "ap-south-1", service: "bedrock" };
const SIGNER = { AWS_ACCESS_KEY_ID: KEY.id, AWS_SECRET_ACCESS_KEY: KEY.secret };
const HAIKU = "in.anthropic.claude-haiku-4-5-20251001-v1:0";
const PROFILES = {
  inferenceProfileSummaries: [
    {
      inferenceProfileArn: `arn:aws:bedrock:ap-south-1:123456789012:inference-profile/${HAIKU}`,
      inferenceProfileId: HAIKU,
      inferenceProfileName: "IN Anthropic Claude Haiku 4.5",
      createdAt: "2025-10-15T00:00:00Z",
      models: [{ modelArn: "arn:aws:bedrock:ap-south-1::foundation-model/anthropic.claude" }],
      status: "ACTIVE",
      type: "SYSTEM_DEFINED",
    },
  ],
};
const MODELS = {
  modelSummaries: [
    { modelId: "openai.gpt-oss-120b-1:0", modelName: "gpt-oss-120b" },
    {
      modelId: "meta.llama2-70b-chat-v1",
      modelName: "Llama 2",
      modelLifecycle: { status: "LEGACY" },
    },
  ],
};

/** The control plane of an account at Bedrock. */
const control: Responder = (request, serial) => {
  const isProfiles = request.target.startsWith("/inference-profiles?");
  return json(200, isProfiles ? PROFILES : MODELS)(request, serial);
};

async function openScene(
  responder: Responder,
  { env, settings }: { readonly env: Readonly<Record<string, string>>; readonly settings: string },
) {
  await using scope = new AsyncDisposableStack();
  const anthropic = scope.use(await startAnthropicUpstream());
  anthropic.on(() => true, json(200, { data: [], has_more: false }));
  const models = scope.use(await startAnthropicUpstream());
  models.on(() => true, responder);
  const lists = scope.use(await startAnthropicUpstream());
  lists.on(() => true, responder);
  const config = `providers:\n  bedrock:\n    url: ${models.url}\n    aws: { region: ap-south-1${settings.replace("LISTS", lists.url)} }\n`;
  const gateway = scope.use(await startGateway({ upstreamUrl: anthropic.url, env, config }));
  const moved = scope.move();
  return { models, lists, gateway, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

/** Bedrock's of the models that the gateway lists. */
async function listed({ url }: Gateway): Promise<readonly unknown[]> {
  const answer = await fetch(`${url}/openai/v1/models`, {
    headers: { authorization: "Bearer sk-the-callers" },
  });
  const body: unknown = await answer.json();
  const data = at(body, "data");
  assert.ok(Array.isArray(data), JSON.stringify(body));
  return data.map((model) => textAt(model, "id")).filter((id) => id?.startsWith("bedrock/"));
}

function targetsOf(upstream: AnthropicUpstream): readonly string[] {
  return upstream.requests.map(({ method, target }) => `${method} ${target}`).toSorted();
}

describe("Bedrock's lists of models", () => {
  it("are asked for at the control plane, signed for it, and remembered", async () => {
    await using scene = await openScene(onlySigned(control, KEY, SCOPE), {
      env: SIGNER,
      settings: ", lists: LISTS",
    });
    for (const _ of [1, 2]) {
      assert.deepEqual(await listed(scene.gateway), [
        `bedrock/${HAIKU}`,
        "bedrock/openai.gpt-oss-120b-1:0",
      ]);
    }
    assert.deepEqual(targetsOf(scene.lists), [
      "GET /foundation-models?byInferenceType=ON_DEMAND&byOutputModality=TEXT",
      "GET /inference-profiles?maxResults=1000&type=SYSTEM_DEFINED",
    ]);
    assert.deepEqual(scene.models.requests, []);
    const profiles = await fetch(`${scene.gateway.url}/bedrock/inference-profiles`, {
      headers: { "x-api-key": "the-callers" },
    });
    const [first] = (at(await profiles.json(), "inferenceProfileSummaries") ?? []) as unknown[];
    assert.equal(textAt(first, "inferenceProfileId"), HAIKU);
  });

  it("are left out where AWS refuses, and nobody is told how", async () => {
    const refused = exceptionAnswer(403, "AccessDeniedException", "arn:aws:iam::123456789012:me");
    await using scene = await openScene(refused, { env: SIGNER, settings: ", lists: LISTS" });
    assert.deepEqual(await listed(scene.gateway), []);
    assert.doesNotMatch(scene.gateway.stdout() + scene.gateway.stderr(), /123456789012/);
  });

  it("are not asked for where only the models' own address is known", async () => {
    await using scene = await openScene(control, { env: SIGNER, settings: "" });
    assert.deepEqual(await listed(scene.gateway), []);
    assert.deepEqual([...scene.lists.requests, ...scene.models.requests], []);
  });

  it("get a key only where the operator names their address", async () => {
    const bearer = { AWS_BEARER_TOKEN_BEDROCK: "bedrock-api-key-canary" };
    await using named = await openScene(control, { env: bearer, settings: ", lists: LISTS" });
    assert.equal((await listed(named.gateway))[0], `bedrock/${HAIKU}`);
    const fields = named.lists.requests.map((request) => request.header("authorization"));
    assert.deepEqual(fields, ["Bearer bedrock-api-key-canary", "Bearer bedrock-api-key-canary"]);
    await using unnamed = await openScene(control, { env: bearer, settings: "" });
    assert.deepEqual(await listed(unnamed.gateway), []);
    assert.deepEqual([...unnamed.lists.requests, ...unnamed.models.requests], []);
  });
});
