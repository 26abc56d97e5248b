import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startTestGateway } from "../fault/rig.ts";
import { startScriptedUpstream } from "../integration/scripted-upstream.ts";
import type { Gateway } from "../upstream/gateway.ts";
import { installClients } from "./install.ts";
import { issueKey, storeKey } from "./stored-key.ts";

interface Listed {
  readonly id?: string;
  readonly name?: string;
}
/** The parts of the official SDKs that these tests use. */
interface ModelsApi {
  list(): AsyncIterable<Listed>;
  retrieve(id: string): Promise<Listed>;
}
interface GeminiModels {
  list(): Promise<AsyncIterable<Listed>>;
  get(asked: { readonly model: string }): Promise<Listed>;
}
interface Options {
  readonly baseURL: string;
  readonly apiKey: string;
  readonly maxRetries: number;
}
interface SdkModule {
  readonly default: new (options: Options) => { readonly models: ModelsApi };
}
interface GeminiModule {
  readonly GoogleGenAI: new (options: {
    readonly apiKey: string;
    readonly httpOptions: { readonly baseUrl: string };
  }) => { readonly models: GeminiModels };
}

const OPENAI: string = "openai";
const GENAI: string = "@google/genai";
const ANTHROPICS: readonly string[] = ["anthropic-sdk-0", "anthropic-sdk-1"];

const OPUS = {
  type: "model",
  id: "claude-opus-5-5",
  display_name: "Claude Opus 5.5",
  created_at: "2026-10-01T00:00:00Z",
};
const LLAMA = "groq/meta/llama-4";

interface Bench extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Of a key for everything, and of one for one model. */
  readonly secrets: readonly [string, string];
}

async function openBench(): Promise<Bench> {
  await using opening = new AsyncDisposableStack();
  const upstream = opening.use(
    await startScriptedUpstream(({ target }) => ({
      json: target.startsWith("/groq/")
        ? { data: [{ id: "meta/llama-4", created: 1 }] }
        : { data: [OPUS], has_more: false, first_id: OPUS.id, last_id: OPUS.id },
    })),
  );
  const gateway = opening.use(
    await startTestGateway(`${upstream.url}/anthropic`, {
      config: `providers: { groq: { url: "${upstream.url}/groq", key: "env:A_KEY" } }`,
      env: { A_KEY: "a-key-of-the-configuration" },
    }),
  );
  await storeKey(gateway);
  const all = await issueKey(gateway, { name: "all" });
  const one = await issueKey(gateway, { name: "one", models: ["groq/*"] });
  const scope = opening.move();
  return {
    gateway,
    secrets: [all.secret, one.secret],
    [Symbol.asyncDispose]: () => scope.disposeAsync(),
  };
}

async function idsOf(items: AsyncIterable<Listed>): Promise<readonly (string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  for await (const { id, name } of items) ids.push(id ?? name);
  return ids;
}

describe("the list of models", () => {
  before(async () => {
    await installClients();
  });

  for (const name of ANTHROPICS) {
    it(`is read by ${name}, and filtered by key`, async () => {
      await using bench = await openBench();
      const { default: Anthropic }: SdkModule = await import(name);
      const wrapped = `claude-spillway-${LLAMA}`;
      const expected = [[OPUS.id, wrapped], [wrapped]];
      for (const [index, apiKey] of bench.secrets.entries()) {
        const sdk = new Anthropic({ baseURL: bench.gateway.url, apiKey, maxRetries: 0 });
        assert.deepEqual(await idsOf(sdk.models.list()), expected[index]);
        assert.equal((await sdk.models.retrieve(wrapped)).id, wrapped);
      }
    });
  }

  it("is read by OpenAI's SDK, and filtered by key", async () => {
    await using bench = await openBench();
    const { default: OpenAi }: SdkModule = await import(OPENAI);
    const expected = [[OPUS.id, LLAMA], [LLAMA]];
    for (const path of ["/v1", "/openai/v1"]) {
      for (const [index, apiKey] of bench.secrets.entries()) {
        const baseURL = `${bench.gateway.url}${path}`;
        const sdk = new OpenAi({ baseURL, apiKey, maxRetries: 0 });
        assert.deepEqual(await idsOf(sdk.models.list()), expected[index]);
        assert.equal((await sdk.models.retrieve(LLAMA)).id, LLAMA);
        await assert.rejects(sdk.models.retrieve("none"), { status: 404 });
      }
    }
  });

  it("is read by Google's SDK, and filtered by key", async () => {
    await using bench = await openBench();
    const { GoogleGenAI }: GeminiModule = await import(GENAI);
    const llama = `models/${LLAMA}`;
    const expected = [[`models/${OPUS.id}`, llama], [llama]];
    for (const path of ["", "/genai"]) {
      for (const [index, apiKey] of bench.secrets.entries()) {
        const baseUrl = `${bench.gateway.url}${path}`;
        const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
        assert.deepEqual(await idsOf(await models.list()), expected[index]);
        assert.equal((await models.get({ model: LLAMA })).name, llama);
        await assert.rejects(models.get({ model: "none" }), { status: 404 });
      }
    }
  });
});
