import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messagesApi } from "../upstream/messages-api.ts";
import { offersTools } from "../upstream/model-api.ts";
import { claudes, makeClaudeHome, SUBSCRIPTION } from "./claude.ts";
import { openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import {
  AFAR_PROOFS,
  assertHasNone,
  CLAUDE_MODEL,
  CLAUDE_PROOFS,
  ownThinkingOnly,
  SEAL,
  thinkingTurns,
} from "./own-thinking.ts";
import { openTerminal, READY, terminalMissing } from "./terminal.ts";

const skip = await terminalMissing();
const { chat, responses } = PROVIDERS;

/** Claude Code asks once more where the conversation has a cache. */
const SWITCHING = /Switch model\?|Set model to/;

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} in a terminal, with its model changed by /model`, {
    skip,
  }, () => {
    for (const setting of [chat, responses]) {
      const { api } = setting;
      it(`goes from Claude to ${api.dialect} and back in one conversation`, async () => {
        await using hub = await openHubLab(setting);
        const { upstream } = hub.lab;
        upstream.on("main", ownThinkingOnly(messagesApi.answer({ text: "Claude once more." })));
        const [look, say] = thinkingTurns(messagesApi, CLAUDE_PROOFS, "As Claude.");
        upstream.queue("main", look, say);
        hub.provider.queue(offersTools, ...thinkingTurns(api, AFAR_PROOFS, "As another."));
        await using home = await makeClaudeHome({
          claude,
          baseUrl: hub.url,
          login: SUBSCRIPTION,
        });
        const args = ["--model", CLAUDE_MODEL, "--allowedTools", "Bash"];
        await using terminal = await openTerminal(claude, home, args);
        await terminal.waitFor(READY);
        await terminal.submit("look around with care");
        await terminal.waitFor(/As Claude\./);

        await terminal.submit(`/model ${hub.model}`);
        await terminal.waitFor(SWITCHING);
        await terminal.pressUntil("Enter", new RegExp(`Set model to .*${hub.model}`));
        await terminal.submit("now you look as well");
        await terminal.waitFor(/As another\./);

        await terminal.submit(`/model ${CLAUDE_MODEL}`);
        await terminal.waitFor(SWITCHING);
        await terminal.pressUntil("Enter", /Set model to .*onnet/);
        await terminal.submit("and what do you say now");
        await terminal.waitFor(/Claude once more\./);

        const toClaude = upstream.ofKind("main");
        const toAfar = hub.turns();
        assert.equal(toClaude.length, 3);
        assert.equal(toAfar.length, 2);
        for (const { body } of toClaude) assertHasNone(body, [SEAL, ...AFAR_PROOFS]);
        for (const { body } of toAfar) {
          assertHasNone(body, [SEAL, ...CLAUDE_PROOFS, SUBSCRIPTION.value]);
        }
        assert.deepEqual(messagesApi.proofsIn(toClaude.at(-1)?.json()), CLAUDE_PROOFS);
        assert.deepEqual(api.proofsIn(toAfar.at(-1)?.json()), AFAR_PROOFS.slice(0, 1));
        assert.ok(toClaude.at(-1)?.body.includes("As another."), "what was said stays");
      });
    }
  });
}
