import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { at } from "../conformance/exchange.ts";
import { startScriptedUpstream } from "../integration/scripted-upstream.ts";
import { chatApi } from "../upstream/chat.ts";
import { listAt, offersTools, textAt } from "../upstream/model-api.ts";
import { type Claude, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { assertPaidByProviderKey, type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import { withHeaders } from "./stored-key.ts";

const PAGE = {
  url: "https://found.example/news",
  title: "The found page",
  content: "It says much.",
};

/** Asks Claude Code for a search; its side request goes to the same model as its turns. */
async function search(claude: Claude, hub: HubLab) {
  await using home = await makeClaudeHome({
    claude,
    baseUrl: hub.url,
    login: SUBSCRIPTION,
    env: {
      ...withHeaders(`x-spillway-key: ${hub.issued.secret}`),
      ANTHROPIC_DEFAULT_HAIKU_MODEL: hub.model,
      ANTHROPIC_SMALL_FAST_MODEL: hub.model,
    },
  });
  return await runClaude(claude, home, {
    prompt: "search the news",
    args: ["--model", hub.model, "--allowedTools", "WebSearch"],
  });
}

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} searches the web with a model that cannot`, () => {
    it("by the configured provider, and its turn goes on with what was found", async () => {
      await using engine = await startScriptedUpstream(() => ({ json: { results: [PAGE] } }));
      await using hub = await openHubLab(PROVIDERS.chat, {
        search: { provider: "searxng", url: engine.url },
      });
      hub.provider.queue(
        offersTools,
        chatApi.answer({ calls: [{ id: "c1", name: "WebSearch", input: { query: "the news" } }] }),
        chatApi.answer({ calls: [{ id: "c2", name: "web_search", input: { query: "news now" } }] }),
        chatApi.answer({ text: "The page says much." }),
        chatApi.answer({ text: "Searched." }),
      );
      const outcome = await search(claude, hub);

      assert.equal(outcome.result, "Searched.", outcome.stderr);
      assert.equal(engine.requests.length, 1);
      assert.match(engine.requests[0]?.target ?? "", /q=news\+now/);
      const [, asked, followed, last] = hub.turns().map((turn) => turn.json());
      assert.deepEqual(
        listAt(asked, "tools").map((tool) => at(tool, "function", "name")),
        ["web_search"],
      );
      const result = listAt(followed, "messages").at(-1);
      assert.equal(at(result, "role"), "tool");
      assert.match(textAt(result, "content"), /The found page[\s\S]*It says much\./);
      const told = JSON.stringify(listAt(last, "messages").at(-1));
      assert.match(told, /The found page/);
      assert.match(told, /found\.example\/news/);
      assert.match(told, /The page says much\./);
      assertPaidByProviderKey(hub, [SUBSCRIPTION.value]);
      const records = await hub.records(3);
      assert.deepEqual(new Set(records.map(({ finish }) => finish)), new Set(["complete"]));
    });

    it("not where no provider is configured: the search fails, and says what to do", async () => {
      await using hub = await openHubLab(PROVIDERS.chat);
      hub.provider.queue(
        offersTools,
        chatApi.answer({ calls: [{ id: "c1", name: "WebSearch", input: { query: "the news" } }] }),
        chatApi.answer({ text: "I could not search." }),
      );
      const outcome = await search(claude, hub);

      assert.equal(outcome.result, "I could not search.", outcome.stderr);
      assert.equal(hub.turns().length, 2);
      const told = JSON.stringify(listAt(hub.turns()[1]?.json(), "messages").at(-1));
      assert.match(told, /web_search_20250305/);
      assert.match(told, /search\.provider/);
    });
  });
}
