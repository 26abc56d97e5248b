import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { listAt, offersTools, textAt } from "../upstream/model-api.ts";
import { type ClaudeOutcome, claudes, makeClaudeHome, runClaude, SUBSCRIPTION } from "./claude.ts";
import {
  assertOnlyModelSpliced,
  assertPaidByProviderKey,
  assertRecorded,
  openHubLab,
} from "./hub-lab.ts";
import { PROVIDERS } from "./hub-providers.ts";
import { withHeaders } from "./stored-key.ts";

const { chat, responses, gemini, messages } = PROVIDERS;
const THOUGHTS = ["First the draft, and a list beside it.", "Now the text."] as const;
const PROOFS = [
  "cHJvb2Ytb2YtdGhlLWZpcnN0LXRob3VnaHQ=",
  "cHJvb2Ytb2YtdGhlLXNlY29uZC1vbmU=",
] as const;

for (const claude of await claudes()) {
  describe(`Claude Code ${claude.version} on another provider's model`, () => {
    for (const setting of [chat, responses, gemini, messages]) {
      const { api } = setting;
      it(`changes files over ${api.dialect}, with parallel tools and thinking that goes back`, async () => {
        await using hub = await openHubLab(setting);
        await using home = await makeClaudeHome({
          claude,
          baseUrl: hub.url,
          login: SUBSCRIPTION,
          env: withHeaders(`x-spillway-key: ${hub.issued.secret}`),
        });
        const file = join(home.work, "made.txt");
        const write = { file_path: file, content: "a draft ✓\n" };
        const list = { command: "echo listed | tee list.txt", description: "list" };
        const edit = { file_path: file, old_string: "a draft", new_string: "the text" };
        hub.provider.queue(
          offersTools,
          api.answer({
            reasoning: THOUGHTS[0],
            proof: PROOFS[0],
            text: "I will write it.",
            calls: [
              { id: "call_write", name: "Write", input: write },
              { id: "call_list", name: "Bash", input: list },
            ],
          }),
          api.answer({
            reasoning: THOUGHTS[1],
            proof: PROOFS[1],
            calls: [{ id: "call_edit", name: "Edit", input: edit }],
          }),
          api.answer({ text: "The file is made." }),
        );
        const outcome = await runClaude(claude, home, {
          prompt: "make a file",
          args: ["--model", hub.model, "--allowedTools", "Bash,Write,Edit"],
        });

        assert.equal(outcome.result, "The file is made.", outcome.stderr);
        assert.equal(outcome.exitCode, 0);
        assert.equal(await readFile(file, "utf8"), "the text ✓\n");
        assert.equal(await readFile(join(home.work, "list.txt"), "utf8"), "listed\n");
        assert.deepEqual(thoughtsShown(outcome), THOUGHTS);

        const turns = hub.turns();
        assert.deepEqual(turns.map(api.modelOf), Array(3).fill(setting.model));
        const bodies = turns.map((turn) => turn.json());
        const outputs = bodies.map(api.outputsIn);
        assert.deepEqual(
          outputs.map((each) => each.map(({ call }) => call)),
          [[], ["call_write", "call_list"], ["call_write", "call_list", "call_edit"]],
        );
        assert.match(outputs[1]?.[1]?.output ?? "", /^listed/);
        assert.deepEqual(bodies.map(api.proofsIn), [[], PROOFS.slice(0, 1), PROOFS]);
        assertPaidByProviderKey(hub, [SUBSCRIPTION.value]);
        await assertRecorded(hub, 3, setting.model);
        if (setting === messages) assertOnlyModelSpliced(hub, setting.model);
      });
    }
  });
}

/** The thinking in the client's own log of the conversation; a block may have nothing but a proof. */
function thoughtsShown({ events }: ClaudeOutcome): readonly string[] {
  return events
    .flatMap(({ message }) => listAt(message, "content"))
    .map((block) => textAt(block, "thinking"))
    .filter((thought) => thought !== "");
}
