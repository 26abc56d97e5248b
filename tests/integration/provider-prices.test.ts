import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { call, startTestGateway } from "../fault/rig.ts";
import { control, type MadeKey, makeKey, recordOf } from "../overflow/rig.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { startScriptedUpstream } from "./scripted-upstream.ts";

const scope = new AsyncDisposableStack();
let gateway: Gateway;
let key: MadeKey;

before(async () => {
  const upstream = scope.use(
    await startScriptedUpstream(({ body }) => ({ json: completionOf(body) })),
  );
  const provider = `url: ${upstream.url}, key: "env:A_KEY"`;
  const config = `providers:
  groq: { ${provider} }
  ours: { kind: groq, ${provider} }
prices:
  - { model: ours/llama-3.3-70b-versatile, input: "1", output: "2" }
`;
  const env = { A_KEY: "a-key-of-the-configuration" };
  gateway = scope.use(await startTestGateway(upstream.url, { config, env }));
  key = await makeKey(gateway, { budget: "10/month", currency: "USD" });
});

after(() => scope.disposeAsync());

/** An answer by the model that was asked for: 1,000 tokens in and 200 out. */
function completionOf(body: Buffer) {
  const { model }: { readonly model: string } = JSON.parse(body.toString());
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_764_000_000,
    model,
    choices: [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: 1_000,
      completion_tokens: 200,
      total_tokens: 1_200,
    },
  };
}

async function ask(model: string) {
  const messages = [{ role: "user", content: "hello" }];
  return await call(gateway, {
    body: JSON.stringify({ model, max_tokens: 100, messages }),
    headers: { "x-spillway-key": key.secret },
  });
}

describe("another provider's model", () => {
  it("costs what its provider takes, within a budget", async () => {
    const answer = await ask("groq/llama-3.3-70b-versatile");
    assert.equal(answer.status, 200, answer.body.toString());
    const row = await recordOf(gateway, answer);
    assert.equal(row.costNano, 1_000n * 590n + 200n * 790n);
  });

  it("costs what the operator says where that is said for this provider", async () => {
    const row = await recordOf(gateway, await ask("ours/llama-3.3-70b-versatile"));
    assert.equal(row.costNano, 1_000n * 1_000n + 200n * 2_000n);
  });

  it("costs what its provider takes also where the provider has a name of one's own", async () => {
    const row = await recordOf(gateway, await ask("ours/llama-3.1-8b-instant"));
    assert.equal(row.costNano, 1_000n * 50n + 200n * 80n);
  });

  it("B-03: is refused within a budget when nobody knows its price, and named", async () => {
    const answer = await ask("groq/claude-opus-5");
    assert.equal(answer.status, 429, answer.body.toString());
    assert.match(answer.body.toString(), /price_unknown/);
  });

  it("goes to an origin that the status names", async () => {
    const { text } = await control(gateway, "GET", "/control/status");
    const { providers }: { readonly providers: readonly { id: string; origin: string }[] } =
      JSON.parse(text);
    assert.deepEqual(
      providers.map(({ id }) => id),
      ["anthropic", "groq", "ours"],
    );
    assert.equal(new Set(providers.map(({ origin }) => origin)).size, 1);
  });
});
