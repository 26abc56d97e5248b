import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { failure, message, unifiedHeaders } from "../upstream/answer.ts";
import { startAnthropicUpstream } from "../upstream/anthropic.ts";
import { chatApi } from "../upstream/chat.ts";
import { text, toolUse } from "../upstream/messages.ts";
import { offersTools } from "../upstream/model-api.ts";
import type { RecordedRequest } from "../upstream/recorded-request.ts";
import { isObject } from "../upstream/request-kind.ts";
import { claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { openLab } from "./lab.ts";
import { STORED_KEY, storeKey } from "./stored-key.ts";

const PROMPT = { prompt: "make a file", args: ["--allowedTools", "Write"] };
const isPost = ({ method }: RecordedRequest) => method === "POST";
const usesTools = (seen: RecordedRequest) => isPost(seen) && offersTools(seen);

function modelOf(seen: RecordedRequest): string {
  const body = seen.json();
  return isObject(body) ? String(body["model"]) : "";
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} where names stand for other places`, () => {
    it("S4-06, S4-19: Haiku is pinned to openai/gpt-x over Chat and Sonnet to another upstream, in one session", async () => {
      await using openai = await startAnthropicUpstream();
      await using elsewhere = await startAnthropicUpstream();
      openai.on(isPost, chatApi.answer({ text: '{"title":"A file"}' }));
      const config = {
        providers: {
          openai: { kind: "openai-compatible", url: `${openai.url}/v1`, key: "env:KEY" },
          elsewhere: { kind: "anthropic-compatible", url: elsewhere.url, key: "env:KEY" },
        },
        routing: { tiers: { haiku: "openai/gpt-x", sonnet: "elsewhere/sonnet-there" } },
        limits: { loopDelay: "30s" },
      };
      const gateway = { config: JSON.stringify(config), env: { KEY: "key-of-the-operator" } };
      await using lab = await openLab({ gateway });
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const file = join(home.work, "made.txt");
      elsewhere.queue(
        usesTools,
        message({ content: [toolUse("Write", { file_path: file, content: "made\n" }, "toolu_1")] }),
        message({ content: [text("First.")] }),
      );
      const byTier = async (tier: string) =>
        await runClaude(claude, home, { ...PROMPT, args: [...PROMPT.args, "--model", tier] });
      const first = await byTier("sonnet");
      assert.equal(first.result, "First.", first.stderr);
      assert.equal(await readFile(file, "utf8"), "made\n");

      openai.queue(usesTools, chatApi.answer({ text: "Second." }));
      const second = await runClaude(claude, home, {
        ...PROMPT,
        args: [...PROMPT.args, "--model", "haiku", "--continue"],
      });
      assert.equal(second.result, "Second.", second.stderr);

      assert.deepEqual(
        new Set(elsewhere.requests.filter(isPost).map(modelOf)),
        new Set(["sonnet-there"]),
      );
      assert.deepEqual(new Set(openai.requests.filter(isPost).map(modelOf)), new Set(["gpt-x"]));
      // The second turn goes on with the conversation of the first.
      assert.match(openai.requests.findLast(usesTools)?.body.toString() ?? "", /First\./);
      assert.equal(lab.upstream.requests.filter(usesTools).length, 0);
      for (const seen of [...openai.requests, ...elsewhere.requests]) {
        assert.ok(!seen.rawHeaders.join("\n").includes(SUBSCRIPTION.value));
      }
    });

    it("S0-43, X-T2: the subscription, then the key, then OpenRouter, without a header", async () => {
      await using openrouter = await startAnthropicUpstream();
      openrouter.on(isPost, chatApi.answer({ text: "From OpenRouter." }));
      const config = {
        providers: {
          openrouter: { url: `${openrouter.url}/v1`, key: "env:KEY" },
        },
        prices: [{ model: "openrouter/there", input: "1", output: "1" }],
        overflow: { memory: "off" },
        routing: {
          aliases: { "claude-opus-4-8": "coding", "claude-sonnet-4-6": "coding" },
          models: {
            coding: {
              targets: [
                { model: "claude-opus-5-5", pays: "session" },
                { model: "claude-opus-5-5", pays: "key" },
                "openrouter/there",
              ],
            },
          },
        },
        limits: { loopDelay: "30s" },
      };
      const gateway = { config: JSON.stringify(config), env: { KEY: "key-of-the-operator" } };
      await using lab = await openLab({ gateway });
      await storeKey(lab.gateway);
      await using home = await makeClaudeHome({ claude, baseUrl: lab.url, login: SUBSCRIPTION });
      const isSession = (seen: RecordedRequest) => seen.header("authorization") !== undefined;
      const isKey = (seen: RecordedRequest) => seen.header("x-api-key") === STORED_KEY;
      const args = ["--model", "claude-opus-4-8"];
      const say = async (prompt: string) => await runClaude(claude, home, { prompt, args });

      lab.upstream.on(
        (seen) => usesTools(seen) && isSession(seen),
        message({ content: [text("Plan.")] }),
      );
      lab.upstream.on(
        (seen) => usesTools(seen) && isKey(seen),
        message({ content: [text("Key.")] }),
      );
      assert.equal((await say("one")).result, "Plan.");
      const full = failure(429, "full", unifiedHeaders({ status: "rejected", fiveHour: 1 }));
      lab.upstream.on((seen) => isPost(seen) && isSession(seen), full);
      assert.equal((await say("two")).result, "Key.");
      lab.upstream.on((seen) => isPost(seen) && isKey(seen), failure(529, "busy"));
      const third = await say("three");
      assert.equal(third.result, "From OpenRouter.", third.stderr);
      assert.equal(third.exitCode, 0);
    });
  });
}
