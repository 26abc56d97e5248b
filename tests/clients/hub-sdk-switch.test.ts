import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messagesApi } from "../upstream/messages-api.ts";
import { listAt, offersTools } from "../upstream/model-api.ts";
import { openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import { installClients } from "./install.ts";
import { STORED_KEY, storeKey } from "./stored-key.ts";

/** What these tests use of the official SDK. */
interface SdkModule {
  readonly default: new (options: {
    readonly baseURL: string;
    readonly authToken: string;
    readonly maxRetries: number;
  }) => {
    readonly messages: { stream(body: object): { finalMessage(): Promise<unknown> } };
  };
}

/** Of `tests/clients/package.json`, which is installed on first use and has no types here. */
const SDK: string = "anthropic-sdk-1";
const TOOLS = [{ name: "look", input_schema: { type: "object" } }];
const CLAUDE_PROOF = "c2lnbmF0dXJlLW9mLWNsYXVkZS1vbmU=";

describe("a program that sends all thinking back, whoever thought it", () => {
  for (const setting of [PROVIDERS.chat, PROVIDERS.responses, PROVIDERS.gemini]) {
    const { api } = setting;
    it(`changes from Claude to ${api.dialect} and back: Claude gets its own thinking alone`, async () => {
      await installClients();
      const { default: Anthropic }: SdkModule = await import(SDK);
      await using hub = await openHubLab(setting);
      const { upstream } = hub.lab;
      await storeKey(hub.lab.gateway);
      const client = new Anthropic({
        baseURL: hub.url,
        authToken: hub.issued.secret,
        maxRetries: 0,
      });
      const call = { id: "call_look", name: "look", input: {} };
      upstream.queue(
        "main",
        messagesApi.answer({ reasoning: "As Claude.", proof: CLAUDE_PROOF, text: "One." }),
        messagesApi.answer({ text: "Three." }),
      );
      hub.provider.queue(
        offersTools,
        api.answer({ reasoning: "As another.", proof: "cHJvb2Y=", calls: [call] }),
      );
      const messages: object[] = [];
      const ask = async (model: string, content: unknown): Promise<void> => {
        messages.push({ role: "user", content });
        const request = { model, max_tokens: 9999, messages, tools: TOOLS };
        const answer = await client.messages.stream(request).finalMessage();
        messages.push({ role: "assistant", content: listAt(answer, "content") });
      };
      await ask("claude-sonnet-5-5", "One?");
      await ask(hub.model, "Two?");
      await ask("claude-sonnet-5-5", [
        { type: "tool_result", tool_use_id: "call_look", content: "Seen." },
      ]);

      const [other] = hub.turns();
      assert.ok(other && !other.body.includes(CLAUDE_PROOF), "Claude's thinking was sent on");
      const [, last] = upstream.ofKind("main");
      assert.equal(last?.header("x-api-key"), STORED_KEY);
      assert.deepEqual(messagesApi.proofsIn(last.json()), [CLAUDE_PROOF]);
      assert.ok(!last.body.includes("spw1."), "the sealed thinking was sent to Claude");
    });
  }
});
