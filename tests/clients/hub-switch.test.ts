import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { messagesApi } from "../upstream/messages-api.ts";
import { offersTools } from "../upstream/model-api.ts";
import { type Claude, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import { type HubLab, openHubLab } from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import {
  AFAR_PROOFS,
  assertHasNone,
  CLAUDE_MODEL,
  CLAUDE_PROOFS,
  GEMINI_STAND_IN,
  ownThinkingOnly,
  SEAL,
  thinkingTurns,
} from "./own-thinking.ts";

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} with its model changed in a conversation`, () => {
    const { chat, responses, gemini, messages } = PROVIDERS;
    for (const setting of [chat, responses, gemini, messages]) {
      const { api } = setting;
      // In their own dialect the client's bytes go to everybody as they are.
      const strangers = setting === messages ? [] : CLAUDE_PROOFS;
      it(`goes from Claude to ${api.dialect} and back twice, each with its own thinking alone`, async () => {
        await using hub = await openHubLab(setting);
        hub.lab.upstream.on("main", ownThinkingOnly(messagesApi.answer({ text: "As Claude." })));
        hub.lab.upstream.queue("main", ...thinkingTurns(messagesApi, CLAUDE_PROOFS));
        hub.provider.queue(offersTools, ...thinkingTurns(api, AFAR_PROOFS));
        hub.provider.queue(offersTools, api.answer({ text: "As another." }));
        const models = [CLAUDE_MODEL, hub.model, CLAUDE_MODEL, hub.model];
        const results = await converse(claude, hub, models);

        assert.deepEqual(results, ["Thought.", "Thought.", "As Claude.", "As another."]);
        const toClaude = hub.lab.upstream.ofKind("main");
        const toAfar = hub.turns();
        assert.equal(toClaude.length, 3);
        assert.equal(toAfar.length, 3);
        for (const { body } of toClaude) {
          assertHasNone(body, [SEAL, ...AFAR_PROOFS]);
        }
        for (const { body } of toAfar) {
          assertHasNone(body, [SEAL, ...strangers, SUBSCRIPTION.value]);
        }
        assert.deepEqual(messagesApi.proofsIn(toClaude.at(-1)?.json()), CLAUDE_PROOFS);
        const proofs = api.proofsIn(toAfar.at(-1)?.json());
        // Gemini wants a stand-in for the proof of a call that another model made.
        const others = [GEMINI_STAND_IN, ...CLAUDE_PROOFS];
        assert.deepEqual(
          proofs.filter((proof) => !others.includes(proof)),
          AFAR_PROOFS,
        );
      });
    }
  });
}

/** One conversation, each prompt of it to the next model; what the user read. */
async function converse(
  claude: Claude,
  hub: HubLab,
  models: readonly string[],
): Promise<readonly string[]> {
  await using home = await makeClaudeHome({ claude, baseUrl: hub.url, login: SUBSCRIPTION });
  const results: string[] = [];
  let session: string | undefined;
  for (const model of models) {
    const resumed = session === undefined ? [] : ["--resume", session];
    const outcome = await runClaude(claude, home, {
      prompt: "look around, and say what you think",
      args: [...resumed, "--model", model, "--allowedTools", "Bash"],
    });
    assert.equal(outcome.exitCode, 0, `${model}: ${outcome.result}${outcome.stderr}`);
    results.push(outcome.result);
    session = outcome.events
      .map(({ session_id: id }) => id)
      .findLast((id) => typeof id === "string");
  }
  return results;
}
