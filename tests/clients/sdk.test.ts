import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { message } from "../upstream/answer.ts";
import { text } from "../upstream/messages.ts";
import { installClients } from "./install.ts";
import { openLab } from "./lab.ts";

/** The part of the official SDK that these tests use; its two majors share it. */
interface Anthropic {
  readonly messages: {
    create(body: object): Promise<{ readonly content: readonly { readonly text?: string }[] }>;
    stream(body: object): { finalText(): Promise<string> };
    countTokens(body: object): Promise<{ readonly input_tokens: number }>;
  };
  readonly models: { list(): AsyncIterable<{ readonly id: string }> };
  readonly beta: {
    readonly messages: { create(body: object): Promise<{ readonly usage: object }> };
  };
}
interface SdkModule {
  readonly default: new (options: {
    readonly baseURL: string;
    readonly apiKey?: string | null;
    readonly authToken?: string | null;
    readonly maxRetries: number;
    readonly timeout: number;
  }) => Anthropic;
}

const KEY = "sk-ant-api03-key-of-nobody";
const LIMITS = { maxRetries: 0, timeout: 20_000 };
const QUESTION = {
  model: "claude-sonnet-5-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "say hi ✓" }],
};
const SDKS = [
  { alias: "anthropic-sdk-0", apiVersion: "2023-06-01", keyHeader: "x-api-key", sent: KEY },
  {
    alias: "anthropic-sdk-1",
    apiVersion: "2026-10-21",
    keyHeader: "authorization",
    sent: `Bearer ${KEY}`,
  },
] as const;

for (const { alias, apiVersion, keyHeader, sent } of SDKS) {
  describe(`the official SDK (${alias}) through the gateway`, () => {
    let open: SdkModule["default"];
    before(async () => {
      await installClients();
      const loaded: SdkModule = await import(alias);
      open = loaded.default;
    });

    it("sends its key in its own way and gets an answer, streamed or whole", async () => {
      await using lab = await openLab({ text: "Hello, SDK ✓" });
      const client = new open({ baseURL: lab.url, apiKey: KEY, authToken: null, ...LIMITS });
      const whole = await client.messages.create(QUESTION);
      assert.equal(whole.content[0]?.text, "Hello, SDK ✓");
      assert.equal(await client.messages.stream(QUESTION).finalText(), "Hello, SDK ✓");

      for (const request of lab.upstream.ofKind("plain")) {
        assert.deepEqual(request.headers(keyHeader), [sent]);
        assert.equal(request.header("anthropic-version"), apiVersion);
      }
      const records = await lab.records(
        (all) => all.filter((record) => record.finish === "complete").length === 2,
      );
      for (const record of records) {
        assert.equal(record.book, "api");
        assert.equal(record.tokens.output, 42);
        assert.equal(record.model, QUESTION.model);
      }
      assert.equal(lab.assertBytesUnchanged(), 2);
    });

    it("sends a bearer token", async () => {
      await using lab = await openLab();
      const client = new open({
        baseURL: lab.url,
        apiKey: null,
        authToken: "a-token",
        ...LIMITS,
      });
      await client.messages.create(QUESTION);
      assert.equal(lab.upstream.requests[0]?.header("authorization"), "Bearer a-token");
      assert.equal(lab.assertBytesUnchanged(), 1);
    });

    it("counts tokens, lists models and calls beta endpoints", async () => {
      await using lab = await openLab();
      const client = new open({ baseURL: lab.url, apiKey: KEY, authToken: null, ...LIMITS });
      const { messages, model } = QUESTION;
      assert.equal((await client.messages.countTokens({ model, messages })).input_tokens, 4242);
      const ids: string[] = [];
      for await (const entry of client.models.list()) ids.push(entry.id);
      assert.deepEqual(ids, ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]);
      await client.beta.messages.create({ ...QUESTION, betas: ["a-beta-of-the-test"] });
      const last = lab.upstream.requests.at(-1);
      assert.match(last?.header("anthropic-beta") ?? "", /a-beta-of-the-test/);
      assert.equal(lab.assertBytesUnchanged(), 3);
    });

    it("sees a broken stream as broken", async () => {
      await using lab = await openLab();
      lab.upstream.on(
        "plain",
        message({ content: [text("never whole, never whole")] }, { resetAfterBytes: 700 }),
      );
      const client = new open({ baseURL: lab.url, apiKey: KEY, authToken: null, ...LIMITS });
      await assert.rejects(client.messages.stream(QUESTION).finalText());
      await lab.records((all) => all.some((record) => record.finish === "upstream_lost"));
      lab.assertBytesUnchanged();
    });

    it("reads a compressed answer", async () => {
      await using lab = await openLab();
      lab.upstream.on("plain", message({ content: [text("Unpacked.")] }, { gzip: true }));
      const client = new open({ baseURL: lab.url, apiKey: KEY, authToken: null, ...LIMITS });
      assert.equal((await client.messages.create(QUESTION)).content[0]?.text, "Unpacked.");
      assert.equal(await client.messages.stream(QUESTION).finalText(), "Unpacked.");
      const records = await lab.records(
        (all) => all.filter((record) => record.tokens.output === 42).length === 2,
      );
      assert.ok(records.every((record) => record.tokens.cacheRead === 14_000));
      assert.equal(lab.assertBytesUnchanged(), 2);
    });
  });
}
